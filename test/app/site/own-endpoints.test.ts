import test from 'ava'
import { openAccount } from '../../../src/app/account/open-account.ts'
import { openEchoes } from '../../../src/app/doctor/echoes.ts'
import { echoEndpoint } from '../../../src/app/site/echo-endpoint.ts'
import { ownEndpoints } from '../../../src/app/site/own-endpoints.ts'
import { ownPaths } from '../../../src/config/own-paths.ts'
import type { Config } from '../../../src/config/schema.ts'
import type { AuthorizationServer } from '../../../src/oauth/authorization-server.ts'
import { openRegistrationWindow } from '../../../src/oauth/clients/registered/registration-window.ts'
import type { Registration } from '../../../src/oauth/endpoints/handle-register.ts'
import type { Visits } from '../../../src/users/visits.ts'
import { openServer } from '../../support/server.ts'

const NOTHING = { hosts: [undefined], at: () => undefined }

function endpointsOf(server: AuthorizationServer) {
  const account = openAccount(server, {} as Visits, { routes: [], public_url: server.issuer })
  return ownEndpoints(server, { account, resources: NOTHING }, () => 'ok')
}

const isMetadata = (path: string) => path.includes('/.well-known/oauth')

test('the paths that no route can have are exactly those that the gateway answers, besides its metadata', async (t) => {
  const { server } = await openServer(t)
  const endpoints = endpointsOf({ ...server, basePath: '/link' })
  const answered = new Set(endpoints.map(({ path }) => path).filter((path) => !isMetadata(path)))
  const echo = echoEndpoint({ public_url: server.issuer, oauth: { base_path: '/link' } } as Config, openEchoes(server))
  t.deepEqual([...answered, echo.path].sort(), ownPaths('/link').sort())
})

test('the metadata names the registration endpoint exactly while it needs no token, at each request', async (t) => {
  const { server, store, now, advance } = await openServer(t)
  const named = async (registration: Registration) => {
    const endpoints = endpointsOf({ ...server, registration })
    const about = endpoints.filter(({ path }) => path.includes('/.well-known/oauth-authorization-server'))
    const request = { query: '', headers: {}, address: undefined, readBody: async () => '' }
    const answers = await Promise.all(
      about.map(async ({ handle, path }) => JSON.parse((await handle(request as never, path)).body)),
    )
    return answers.map((answer) => 'registration_endpoint' in answer)
  }
  const always = (names: boolean) => (given: boolean[]) => given.length > 0 && given.every((one) => one === names)
  const closed = { tokenHash: undefined, open: false, scopes: [] }
  const withToken = { ...closed, tokenHash: 'x' }
  for (const registration of [closed, withToken]) t.true(always(false)(await named(registration)))
  t.true(always(true)(await named({ ...closed, open: true })))
  await openRegistrationWindow(store, now(), 60_000)
  for (const registration of [closed, withToken]) t.true(always(true)(await named(registration)))
  advance(60_000)
  for (const registration of [closed, withToken]) t.true(always(false)(await named(registration)))
})

test('of all that the gateway itself answers only userinfo asks for a token', async (t) => {
  const { server } = await openServer(t)
  const endpoints = endpointsOf(server)
  const guarded = endpoints.flatMap(({ path, access }) => (access.kind === 'bearer' ? [[path, access.scopes]] : []))
  t.deepEqual(guarded, [['/alexa/userinfo', ['user:read']]])
  t.deepEqual([...new Set(endpoints.map(({ access }) => access.kind))].sort(), ['bearer', 'none'])
})

test('what changes anything takes POST alone', async (t) => {
  const { server } = await openServer(t)
  const endpoints = endpointsOf(server)
  const changing = ['approve', 'token', 'revoke', 'introspect', 'device_authorization', 'register']
  for (const name of changing) {
    const methods = endpoints.flatMap(({ path, methods }) => (path === `/alexa/${name}` ? methods : []))
    t.deepEqual(methods, ['POST'], name)
  }
})
