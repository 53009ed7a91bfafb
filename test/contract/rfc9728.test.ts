import test from 'ava'
import { exactRequest } from '../support/exact-request.ts'
import { ISSUER, type TestHouse } from '../support/gateway.ts'
import {
  askPlace,
  CLIENTS,
  fetchUrl,
  insertWellKnown,
  MCP_HOST,
  MCP_ORIGIN,
  namedIn,
  OTHERS,
  PLACES,
  RESOURCE_METADATA,
  SERVER_METADATA,
  startResourceHouse,
} from '../support/resource-house.ts'

// OAuth 2.0 Protected Resource Metadata, RFC 9728: one test for each sentence that binds whoever serves a resource, asked of
// every form of path that a route takes. What binds clients alone, and signed_metadata and mTLS, which are not served, is
// left out.

async function documentAt(house: TestHouse, url: string) {
  const answer = await fetchUrl(house, url)
  return { ...answer, json: answer.status === 200 ? JSON.parse(answer.text) : undefined }
}

test('1.2 a resource identifier is an https URL without a fragment', async (t) => {
  const house = await startResourceHouse(t)
  for (const { resource } of PLACES) {
    const { json } = await documentAt(house, insertWellKnown(resource))
    t.regex(json.resource, /^https:\/\/[^/?#]+(\/[^?#]*)?$/)
  }
})

test('2 a document has its resource, which is required, and names its authorization server by its issuer identifier', async (t) => {
  const house = await startResourceHouse(t)
  const { json: server } = await documentAt(house, `${ISSUER}${SERVER_METADATA}`)
  for (const { resource } of PLACES) {
    const { json } = await documentAt(house, insertWellKnown(resource))
    t.is(typeof json.resource, 'string')
    t.deepEqual(json.authorization_servers, [server.issuer], resource)
  }
})

test('2 the scopes of a document are those that are asked for there, and the ways to send a token are those that work', async (t) => {
  const house = await startResourceHouse(t)
  for (const { resource, scopes } of PLACES) {
    const { json } = await documentAt(house, insertWellKnown(resource))
    t.deepEqual(json.scopes_supported ?? [], scopes, resource)
    t.deepEqual(json.bearer_methods_supported, ['header'])
  }
  const access = await CLIENTS['a confidential client']!(house)
  const inQuery = { ...PLACES[5]!, target: `/any/?access_token=${access}` }
  t.is((await askPlace(house, inQuery)).status, 401)
})

test('3 a resource has its document where the well-known string stands between its host and its path', async (t) => {
  const house = await startResourceHouse(t)
  for (const { resource } of PLACES) t.is((await documentAt(house, insertWellKnown(resource))).status, 200, resource)
})

test('3 what is no resource has none', async (t) => {
  const house = await startResourceHouse(t)
  for (const path of OTHERS) t.is((await fetchUrl(house, `${ISSUER}${RESOURCE_METADATA}${path}`)).status, 404, path)
  for (const path of ['/open', '/open/'])
    t.is((await fetchUrl(house, `${MCP_ORIGIN}${RESOURCE_METADATA}${path}`)).status, 404, path)
  const spelled = `${ISSUER}/.well-known/oauth%2Dprotected-resource/api`
  t.is((await fetchUrl(house, spelled)).status, 404, 'nor is the well-known string itself spelled otherwise')
})

test('3 a host without routes of its own has no document of its own: it is home by another name', async (t) => {
  const house = await startResourceHouse(t, ({ routes }) => {
    routes.push({ host: 'page.example.org', path: '/*', upstream: 'music-assistant-open', auth: 'none' } as never)
  })
  const another = await exactRequest(house, { path: `${RESOURCE_METADATA}/api` })
  t.is(JSON.parse(another.text).resource, `${ISSUER}/api`)
  t.is(namedIn(await exactRequest(house, { method: 'POST', path: '/api' })), insertWellKnown(`${ISSUER}/api`))
  const requests = house.music.requestCount
  const upstreams = await fetchUrl(house, `https://page.example.org${RESOURCE_METADATA}/api`)
  t.is(upstreams.status, 404)
  t.is(house.music.requestCount, requests + 1, 'what an open host has there itself is not covered up')
})

test('3 documents are had by https alone', async (t) => {
  const house = await startResourceHouse(t)
  const plain = await fetch(`http://127.0.0.1:${house.gateway.http!.port}${RESOURCE_METADATA}/api`, {
    redirect: 'manual',
  })
  t.true(plain.status >= 300, String(plain.status))
  t.false((await plain.text()).includes('authorization_servers'))
})

test('3.1 a document is had by GET, and by HEAD without its body; nothing else is a query', async (t) => {
  const house = await startResourceHouse(t)
  for (const { resource } of PLACES) {
    const url = insertWellKnown(resource)
    const { status, text } = await fetchUrl(house, url, 'HEAD')
    t.deepEqual([status, text], [200, ''])
    for (const method of ['POST', 'PUT', 'DELETE']) t.is((await fetchUrl(house, url, method)).status, 405, url)
  }
})

test('3.1 of a resource without a path the slash behind the host is removed: with it, it is another one', async (t) => {
  const house = await startResourceHouse(t)
  t.is((await documentAt(house, `${MCP_ORIGIN}${RESOURCE_METADATA}`)).json.resource, MCP_ORIGIN)
  t.is((await documentAt(house, `${MCP_ORIGIN}${RESOURCE_METADATA}/`)).json.resource, `${MCP_ORIGIN}/`)
  t.is((await documentAt(house, `${ISSUER}${RESOURCE_METADATA}`)).json.resource, ISSUER)
})

test('3.2 a document is answered with 200, as a JSON object of the type application/json', async (t) => {
  const house = await startResourceHouse(t)
  for (const { resource } of PLACES) {
    const { status, headers, json } = await documentAt(house, insertWellKnown(resource))
    t.is(status, 200)
    t.is(headers['content-type'], 'application/json')
    t.is(Object.getPrototypeOf(json), Object.prototype)
  }
})

test('3.2 what may have more than one value is an array, and what has none is left out', async (t) => {
  const house = await startResourceHouse(t)
  for (const { resource } of PLACES) {
    const { resource: _, ...others } = (await documentAt(house, insertWellKnown(resource))).json
    for (const [name, values] of Object.entries<string[]>(others)) t.true(values.length > 0, `${resource} ${name}`)
  }
  const { json } = await documentAt(house, `${ISSUER}${RESOURCE_METADATA}/ws`)
  t.deepEqual(Object.keys(json), ['resource', 'authorization_servers', 'bearer_methods_supported'])
})

test('3.2 what is refused has the status of HTTP that says so', async (t) => {
  const house = await startResourceHouse(t)
  const refused = [
    ['GET', '/nothing', 404],
    ['POST', '/api', 405],
    ['GET', '/any/../api', 400],
    ['GET', '//api', 400],
  ] as const
  for (const [method, path, status] of refused)
    t.is((await fetchUrl(house, `${ISSUER}${RESOURCE_METADATA}${path}`, method)).status, status, path)
})

test('3.3 the resource is identical to the identifier that the well-known string was put into', async (t) => {
  const house = await startResourceHouse(t)
  for (const { resource } of PLACES)
    t.is((await documentAt(house, insertWellKnown(resource))).json.resource, resource, resource)
})

test('3.3 the resource of the document that a 401 names is identical to the URL that was asked for', async (t) => {
  const house = await startResourceHouse(t)
  for (const place of PLACES) {
    const refused = await askPlace(house, place)
    t.is(refused.status, 401, place.resource)
    t.is((await documentAt(house, namedIn(refused))).json.resource, place.resource)
  }
})

test('3.3 so it is for a token that is bad, for another resource, or lacks a scope', async (t) => {
  const house = await startResourceHouse(t)
  const [elsewhere, few] = [
    await CLIENTS['a confidential client']!(house, `${ISSUER}/ws`),
    await CLIENTS['a public client']!(house),
  ]
  for (const place of PLACES.filter(({ resource }) => resource !== `${ISSUER}/ws`)) {
    for (const token of ['A'.repeat(43), elsewhere]) {
      const refused = await askPlace(house, place, token)
      t.is(refused.status, 401)
      t.is((await documentAt(house, namedIn(refused))).json.resource, place.resource)
    }
  }
  for (const place of PLACES.filter(({ method }) => method === 'POST')) {
    const refused = await askPlace(house, place, few)
    t.is(refused.status, 403)
    t.is((await documentAt(house, namedIn(refused))).json.resource, place.resource)
  }
})

test('3.3 all of a house is a resource of every path below where its route is for everything', async (t) => {
  const house = await startResourceHouse(t, ({ routes }) => {
    routes.push({ path: '/*', upstream: 'music-assistant', auth: 'bearer', scopes: ['music.read'] } as never)
  })
  for (const [path, resource] of [
    ['/', ISSUER],
    ['/whatever/there', `${ISSUER}/whatever/there`],
    ['/api/below', `${ISSUER}/api/below`],
  ] as const) {
    const refused = await exactRequest(house, { path })
    t.is(refused.status, 401)
    t.is((await documentAt(house, namedIn(refused))).json.resource, resource)
  }
  t.is((await documentAt(house, `${ISSUER}${RESOURCE_METADATA}/`)).json.resource, `${ISSUER}/`)
  for (const path of ['/open/x', '/alexa/token'])
    t.is((await fetchUrl(house, `${ISSUER}${RESOURCE_METADATA}${path}`)).status, 404, 'a narrower route decides')
})

test('4 each resource that the authorization server names has a document that names the server', async (t) => {
  const house = await startResourceHouse(t)
  const { json } = await documentAt(house, `${ISSUER}${SERVER_METADATA}`)
  t.deepEqual(json.protected_resources, [
    ISSUER,
    ...['/api', '/ws', '/any', '/either'].map((path) => `${ISSUER}${path}`),
    MCP_ORIGIN,
  ])
  for (const resource of json.protected_resources) {
    const named = (await documentAt(house, insertWellKnown(resource))).json
    t.like(named, { resource, authorization_servers: [ISSUER] })
  }
})

test('5.1 a 401 names the document in one resource_metadata, which no path can break out of', async (t) => {
  const house = await startResourceHouse(t)
  for (const target of ['/any/",error="x', '/any/",resource_metadata="https:x', "/any/'<>{|}^`"]) {
    const refused = await exactRequest(house, { path: target })
    t.is(refused.status, 401, target)
    const authenticate = refused.headers['www-authenticate'] ?? ''
    t.regex(authenticate, /^Bearer realm="[^"]*", resource_metadata="[^"\\]*"$/)
    const { json } = await documentAt(house, namedIn(refused))
    t.is(insertWellKnown(json.resource), namedIn(refused))
  }
})

for (const [kind, issue] of Object.entries(CLIENTS)) {
  test(`7.4 ${kind} gets a token for the resource that a document names, good there and at all of its route, and nowhere else`, async (t) => {
    const house = await startResourceHouse(t)
    const good = async (resource: string, token: string) => {
      const place = {
        method: 'GET',
        resource,
        target: resource.slice(new URL(resource).origin.length) || '/',
        scopes: [],
      }
      return (await askPlace(house, place, token)).status !== 401
    }
    for (const resource of [`${ISSUER}/any/deep`, `${ISSUER}/any/deep/`, `${ISSUER}/any/d%65ep`]) {
      const token = await issue(house, resource)
      for (const there of ['/any/deep', '/any/deep/', '/any/deep/er?x=y', '/%61ny/deep/%C3%A9', '/any/', '/any/other'])
        t.true(await good(`${ISSUER}${there}`, token), there)
      for (const elsewhere of ['/api', '/either', '/alexa/userinfo'])
        t.false(await good(`${ISSUER}${elsewhere}`, token), elsewhere)
      t.false(await good(`${MCP_ORIGIN}/any/deep`, token))
    }
    const own = await issue(house, `https://${MCP_HOST.toUpperCase()}:443/deep/`)
    t.true(await good(`${MCP_ORIGIN}/deep/er`, own))
    t.true(await good(`${MCP_ORIGIN}/other`, own))
    t.false(await good(`${MCP_ORIGIN}/api`, own), 'a more exact route is one of its own')
    t.false(await good(`${ISSUER}/any/deep`, own))
    for (const [whole, outside] of [
      [ISSUER, MCP_ORIGIN],
      [MCP_ORIGIN, ISSUER],
    ] as const) {
      const token = await issue(house, whole)
      t.true(await good(`${whole}/api`, token))
      t.false(await good(`${outside}/api`, token), outside)
    }
  })
}
