import test from 'ava'
import {
  ACCOUNT_ENDPOINTS,
  ARRIVAL_PATH,
  ECHO_ENDPOINT,
  OAUTH_ENDPOINTS,
  ownPaths,
} from '../../../src/config/own-paths.ts'
import { ENDPOINTS, serveEndpoints } from '../../../src/oauth/endpoints/endpoints.ts'
import { serverMetadata } from '../../../src/oauth/endpoints/server-metadata.ts'
import { openServer } from '../../support/server.ts'

/** The metadata's endpoints, as paths. */
function toldOf(metadata: object): string[] {
  return Object.entries(metadata).flatMap(([name, value]) => {
    return name.endsWith('_endpoint') ? [new URL(value).pathname] : []
  })
}

test('the endpoints that are served are those that no route can have', async (t) => {
  const { server } = await openServer(t)
  const served = serveEndpoints({ ...server, basePath: '/link' })
  // The other rooms' own.
  const others = ['/health', ARRIVAL_PATH, ...[...ACCOUNT_ENDPOINTS, ECHO_ENDPOINT].map((name) => `/link/${name}`)]
  const paths = new Set([...served.map(({ path }) => path), ...others])
  t.deepEqual([...paths].sort(), ownPaths('/link').sort())
  t.deepEqual(Object.keys(ENDPOINTS).sort(), [...OAUTH_ENDPOINTS].sort())
})

test('the metadata tells of endpoints that are served, and of where to register only while that is open', async (t) => {
  const { server } = await openServer(t)
  for (const open of [false, true]) {
    const served = new Set(serveEndpoints(server).map(({ path }) => path))
    const told = toldOf(serverMetadata(server, open))
    t.is(told.length, open ? 7 : 6)
    for (const path of told) t.true(served.has(path), path)
    t.is(told.includes('/alexa/register'), open)
    t.true(served.has('/alexa/register'))
  }
})

test('each method of a path is served once', async (t) => {
  const { server } = await openServer(t)
  const served = serveEndpoints(server)
  const ways = served.flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`))
  t.is(new Set(ways).size, ways.length)
  t.true(ways.includes('HEAD /alexa/device') && ways.includes('POST /alexa/device'))
  t.false(ways.includes('POST /alexa/authorize'))
})

test('what people open tells of errors on pages, what programs call in JSON', (t) => {
  const pages = Object.entries(ENDPOINTS).flatMap(([name, { told }]) => (told.errors === 'page' ? [name] : []))
  t.deepEqual(pages.sort(), ['approve', 'authorize', 'device', 'sign-out'])
})
