import { connect } from 'node:tls'
import test from 'ava'
import { serverMetadata } from '../../src/oauth/endpoints/server-metadata.ts'
import { exactRequest } from '../support/exact-request.ts'
import { ISSUER, type TestHouse } from '../support/gateway.ts'
import { ALEXA_REQUEST, alexaCredentials, approve, PHONE_REQUEST, postToken } from '../support/linking.ts'
import { CLIENTS, fetchUrl, MCP_ORIGIN, SERVER_METADATA, startResourceHouse } from '../support/resource-house.ts'
import { openServer } from '../support/server.ts'

// OAuth 2.0 Authorization Server Metadata, RFC 8414: one test for each sentence that binds an authorization server. What
// binds clients alone, and signed_metadata and JWTs as credentials, which are not served, is left out.

const WELL_KNOWN = `${ISSUER}${SERVER_METADATA}`

async function metadata(house: TestHouse) {
  const answer = await fetchUrl(house, WELL_KNOWN)
  return { ...answer, json: JSON.parse(answer.text) }
}

test('2 the issuer is required, and is an https URL without a query or a fragment', async (t) => {
  const { json } = await metadata(await startResourceHouse(t))
  t.is(json.issuer, ISSUER)
  t.regex(json.issuer, /^https:\/\/[^/?#]+$/)
})

test('2 the authorization endpoint, the token endpoint and the response types are required', async (t) => {
  const { json } = await metadata(await startResourceHouse(t))
  for (const name of ['authorization_endpoint', 'token_endpoint']) t.true(json[name].startsWith(`${ISSUER}/`), name)
  t.deepEqual(json.response_types_supported, ['code'])
})

test('2 every endpoint is an https URL of the issuer that is there', async (t) => {
  const house = await startResourceHouse(t)
  const { json } = await metadata(house)
  const endpoints = Object.entries<string>(json).filter(([name]) => name.endsWith('_endpoint'))
  t.true(endpoints.some(([name]) => name === 'registration_endpoint'))
  for (const [name, url] of endpoints) {
    t.is(new URL(url).origin, ISSUER, name)
    const [got, posted] = [await fetchUrl(house, url), await fetchUrl(house, url, 'POST')]
    t.true(
      [got.status, posted.status].some((status) => status === 400 || status === 401),
      name,
    )
    t.true(got.status !== 404 && posted.status !== 404, name)
  }
})

test('2 where no way is named that needs signed JWTs, no algorithms for them are', async (t) => {
  const { json } = await metadata(await startResourceHouse(t))
  for (const endpoint of ['token', 'revocation', 'introspection']) {
    const methods: string[] = json[`${endpoint}_endpoint_auth_methods_supported`]
    t.true(methods.length > 0)
    t.false(methods.some((method) => method.endsWith('_jwt')))
    t.false(`${endpoint}_endpoint_auth_signing_alg_values_supported` in json)
  }
})

test('2 each way to authenticate that is named is taken, by who has it', async (t) => {
  const house = await startResourceHouse(t)
  const { json } = await metadata(house)
  t.deepEqual(json.token_endpoint_auth_methods_supported, ['client_secret_basic', 'client_secret_post', 'none'])
  const { client_id, client_secret } = alexaCredentials(house)
  const basic = Buffer.from(`${client_id}:${client_secret}`).toString('base64')
  const { redirect_uri } = ALEXA_REQUEST
  const ways = [
    [{}, { authorization: `Basic ${basic}` }],
    [{ client_id, client_secret }, {}],
  ] as const
  for (const [form, headers] of ways) {
    const code = (await approve(house)).get('code') ?? ''
    const { status } = await postToken(
      house,
      { grant_type: 'authorization_code', code, redirect_uri, ...form },
      headers,
    )
    t.is(status, 200)
  }
  t.truthy(await CLIENTS['a public client']!(house))
})

test('2 each grant type that is named is one, and PKCE is by S256 alone', async (t) => {
  const house = await startResourceHouse(t)
  const { json } = await metadata(house)
  for (const grant_type of json.grant_types_supported) {
    const { json: refused } = await postToken(house, { grant_type, ...alexaCredentials(house) })
    t.not(refused.error, 'unsupported_grant_type', grant_type)
  }
  const other = await postToken(house, { grant_type: 'password', ...alexaCredentials(house) })
  t.is(other.json.error, 'unsupported_grant_type')
  t.deepEqual(json.code_challenge_methods_supported, ['S256'])
  const plain = { ...PHONE_REQUEST, code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }
  const query = new URLSearchParams({ response_type: 'code', ...plain }).toString()
  const { status, headers } = await exactRequest(house, { path: `/alexa/authorize?${query}` })
  t.is(status, 303)
  t.is(new URL(headers.location ?? '').searchParams.get('error'), 'invalid_request')
})

test('3 the document is where the well-known string stands behind the host of the issuer', async (t) => {
  const house = await startResourceHouse(t)
  t.is((await fetchUrl(house, WELL_KNOWN)).status, 200)
})

test('3 the document is had by https alone', async (t) => {
  const house = await startResourceHouse(t)
  const plain = await fetch(`http://127.0.0.1:${house.gateway.http!.port}${SERVER_METADATA}`, { redirect: 'manual' })
  t.true(plain.status >= 300, String(plain.status))
  t.false((await plain.text()).includes('token_endpoint'))
})

test('3.1 the document is had by GET, and by HEAD without its body; nothing else is a query', async (t) => {
  const house = await startResourceHouse(t)
  const { status, text } = await fetchUrl(house, WELL_KNOWN, 'HEAD')
  t.deepEqual([status, text], [200, ''])
  for (const method of ['POST', 'PUT', 'DELETE']) t.is((await fetchUrl(house, WELL_KNOWN, method)).status, 405, method)
})

test('3.2 the document is answered with 200, as a JSON object of the type application/json', async (t) => {
  const { status, headers, json } = await metadata(await startResourceHouse(t))
  t.is(status, 200)
  t.is(headers['content-type'], 'application/json')
  t.is(Object.getPrototypeOf(json), Object.prototype)
})

test('3.2 what may have more than one value is an array, and what has none is left out', async (t) => {
  const { json: full } = await metadata(await startResourceHouse(t))
  const few = serverMetadata((await openServer(t)).server, false)
  t.false('scopes_supported' in few)
  for (const json of [full, few]) {
    for (const [name, value] of Object.entries<unknown>(json)) {
      if (/_supported$|^protected_resources$/.test(name) && !name.startsWith('authorization_response_iss'))
        t.true(Array.isArray(value) && value.length > 0, name)
      else t.true(['string', 'boolean'].includes(typeof value), name)
    }
  }
})

test('3.2 what is refused has the status of HTTP that says so', async (t) => {
  const house = await startResourceHouse(t)
  for (const [path, status] of [
    [`${SERVER_METADATA}/nothing`, 404],
    ['/.well-known/openid-configuration', 404],
    [`/.well-known/../.well-known/oauth-authorization-server`, 400],
  ] as const)
    t.is((await fetchUrl(house, `${ISSUER}${path}`)).status, status, path)
})

test('3.3 the issuer is identical to the identifier that the well-known string was put into: no other address has a document', async (t) => {
  const house = await startResourceHouse(t)
  t.is((await metadata(house)).json.issuer, ISSUER)
  for (const url of [
    `${WELL_KNOWN}/`,
    `${WELL_KNOWN}/alexa`,
    `${ISSUER}/alexa${SERVER_METADATA}`,
    `${WELL_KNOWN}/api`,
    `${ISSUER}/api${SERVER_METADATA}`,
  ])
    t.is((await fetchUrl(house, url)).status, 404, url)
  t.is((await fetchUrl(house, `${MCP_ORIGIN}${SERVER_METADATA}`)).status, 401, 'there it is a path of its route')
})

test('3.3 the issuer is the one that an authorization response names, and that introspection tells', async (t) => {
  const house = await startResourceHouse(t)
  const { json } = await metadata(house)
  t.is((await approve(house)).get('iss'), json.issuer)
  const token = await CLIENTS['a confidential client']!(house)
  const { text } = await exactRequest(house, {
    method: 'POST',
    path: json.introspection_endpoint.slice(ISSUER.length),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token, ...alexaCredentials(house) }).toString(),
  })
  t.is(JSON.parse(text).iss, json.issuer)
})

test('4 names are compared character by character: a scope in capitals is another one', async (t) => {
  const house = await startResourceHouse(t)
  const { json } = await metadata(house)
  const [known] = json.scopes_supported
  for (const scope of [known.toUpperCase(), `${known}\u0301`]) {
    const query = new URLSearchParams({ ...ALEXA_REQUEST, scope }).toString()
    const { headers } = await exactRequest(house, { path: `/alexa/authorize?${query}` })
    t.is(new URL(headers.location ?? '').searchParams.get('error'), 'invalid_scope')
  }
})

test('6.1 the document is served over TLS 1.2 and newer', async (t) => {
  const house = await startResourceHouse(t)
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = connect({
      ...{ host: '127.0.0.1', port: house.port, ca: house.ca, servername: new URL(ISSUER).host },
      ...{ minVersion: version, maxVersion: version },
    })
    socket.write(`GET ${SERVER_METADATA} HTTP/1.1\r\nHost: ${new URL(ISSUER).host}\r\nConnection: close\r\n\r\n`)
    let received = ''
    for await (const chunk of socket) received += chunk
    t.regex(received, /^HTTP\/1\.1 200 /)
  }
})
