import test from 'ava'
import { ownEndpoints } from '../../src/app/own-endpoints.ts'
import { ownPaths } from '../../src/config/own-paths.ts'
import { openServer } from '../support/server.ts'

const REGISTRATION = { tokenHash: 'x', scopes: [] }

const isMetadata = (path: string) => path.includes('/.well-known/')

test('the paths that no route can have are exactly those that the gateway answers, besides its metadata', async (t) => {
  const { server } = await openServer(t)
  const endpoints = ownEndpoints({ ...server, basePath: '/link' }, { registration: REGISTRATION }, () => 'ok')
  const answered = new Set(endpoints.map(({ path }) => path).filter((path) => !isMetadata(path)))
  t.deepEqual([...answered].sort(), ownPaths('/link').sort())
})

test('without registration nothing registers', async (t) => {
  const { server } = await openServer(t)
  const endpoints = ownEndpoints(server, { registration: undefined }, () => 'ok')
  t.false(endpoints.some(({ path }) => path.endsWith('/register')))
})

test('of all that the gateway itself answers only userinfo asks for a token, of the whole server', async (t) => {
  const { server } = await openServer(t)
  const endpoints = ownEndpoints(server, { registration: REGISTRATION }, () => 'ok')
  const guarded = endpoints.flatMap(({ path, access }) =>
    access.kind === 'bearer' ? [[path, access.scopes, access.resource]] : [],
  )
  t.deepEqual(guarded, [['/alexa/userinfo', ['user:read'], server.issuer]])
  t.deepEqual([...new Set(endpoints.map(({ access }) => access.kind))].sort(), ['bearer', 'none'])
})

test('what changes anything takes POST alone', async (t) => {
  const { server } = await openServer(t)
  const endpoints = ownEndpoints(server, { registration: REGISTRATION }, () => 'ok')
  const changing = ['approve', 'token', 'revoke', 'introspect', 'device_authorization', 'register']
  for (const name of changing) {
    const methods = endpoints.flatMap(({ path, methods }) => (path === `/alexa/${name}` ? methods : []))
    t.deepEqual(methods, ['POST'], name)
  }
})
