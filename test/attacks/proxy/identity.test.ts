import test from 'ava'
import type { RecordedRequest } from '../../../demo/stand-in-music-assistant.ts'
import { ADA, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

/** The identity that a request arrived with, under every spelling that a server might take for it. */
function identityOf({ rawHeaders }: RecordedRequest): string[] {
  const pairs: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (/^x[-_.](remote|auth)/i.test(name)) pairs.push(`${name}: ${rawHeaders[i + 1]}`)
  }
  return pairs.sort()
}

async function trueIdentity({ prepared: { store } }: TestHouse): Promise<string[]> {
  const { id } = (await store.get('user', ADA.name))!
  return [
    'X-Auth-Client-Id: amazon-alexa',
    'X-Auth-Scopes: music.read music.control',
    `X-Remote-User-Display-Name: ${ADA.displayName}`,
    `X-Remote-User-Id: ${id}`,
    `X-Remote-User-Name: ${ADA.name}`,
  ]
}

/** The upstream's own answer to what it doesn't have. */
const ARRIVED = 404

const NAMES = [
  'X-Remote-User-Id',
  'X-Remote-User-Name',
  'X-Remote-User-Display-Name',
  'X-Auth-Client-Id',
  'X-Auth-Scopes',
]

const spoofed = (spell: (name: string) => string) => NAMES.map((name) => `${spell(name)}: admin`)

test('1. an identity header spelled with underscores never reaches the upstream', async (t) => {
  const house = await startTestHouse(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  for (const spell of [
    (name: string) => name.replaceAll('-', '_'),
    (name: string) => name.replaceAll('-', '_').toUpperCase(),
    (name: string) => name.replace('-', '_'),
  ]) {
    const { status } = await exchangeRaw(house, rawRequest('GET /any/x', [bearer, ...spoofed(spell)]))
    t.is(status, ARRIVED)
    t.deepEqual(identityOf(house.music.lastRequest!), await trueIdentity(house))
  }
})

test('2. an identity header spelled with dots never reaches the upstream', async (t) => {
  const house = await startTestHouse(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const lines = [bearer, ...spoofed((name) => name.replaceAll('-', '.')), 'X.Remote_User-Id: admin']
  t.is((await exchangeRaw(house, rawRequest('GET /any/x', lines))).status, ARRIVED)
  t.deepEqual(identityOf(house.music.lastRequest!), await trueIdentity(house))
})

test("3. of an identity header sent twice and in mixed case the upstream sees one, the gateway's", async (t) => {
  const house = await startTestHouse(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const lines = [
    ...spoofed((name) => name),
    bearer,
    ...spoofed((name) => name.toLowerCase()),
    ...spoofed((name) => name.toUpperCase()),
    'x-rEMOTE-uSER-iD: admin',
  ]
  t.is((await exchangeRaw(house, rawRequest('GET /any/x', lines))).status, ARRIVED)
  t.deepEqual(identityOf(house.music.lastRequest!), await trueIdentity(house))
})

test('4. a spoofed identity on a public route is removed, and a token there gives none', async (t) => {
  const house = await startTestHouse(t)
  const lines = [...spoofed((name) => name), ...spoofed((name) => name.replaceAll('-', '_'))]
  t.is((await exchangeRaw(house, rawRequest('GET /open/x', lines))).status, ARRIVED)
  t.deepEqual(identityOf(house.music.lastRequest!), [])
  lines.push(`Authorization: Bearer ${await issueToken(house)}`)
  t.is((await exchangeRaw(house, rawRequest('GET /open/x', lines))).status, ARRIVED)
  t.deepEqual(identityOf(house.music.lastRequest!), [])
})

test('5. a spoofed identity on a WebSocket upgrade is removed, and the true one is put in', async (t) => {
  const house = await startTestHouse(t)
  const token = await issueToken(house)
  const spoof = [...spoofed((name) => name), ...spoofed((name) => name.replaceAll('-', '_')), 'X.Remote.User.Id: admin']
  const client = await openRaw(house)
  t.teardown(() => client.socket.destroy())
  const upgraded = await client
    .send(rawRequest('GET /ws', [...UPGRADE, ...spoof, `Authorization: Bearer ${token}`]))
    .answer()
  t.is(upgraded.status, 101)
  const { lastRequest } = house.music
  t.true(lastRequest?.upgrade)
  t.deepEqual(identityOf(lastRequest!), (await trueIdentity(house)).map(lowerName))
  t.notRegex(lastRequest!.rawHeaders.join(' '), new RegExp(token))

  t.is((await exchangeRaw(house, rawRequest('GET /open/x', [...UPGRADE, ...spoof]))).status, ARRIVED)
  t.deepEqual(identityOf(house.music.lastRequest!), [])
})

/** Node gives an upgrade's headers on in lower case. */
function lowerName(pair: string): string {
  const [name = '', ...value] = pair.split(':')
  return [name.toLowerCase(), ...value].join(':')
}

test('6. hop-by-hop headers stay here, and naming an identity header in Connection does not remove it', async (t) => {
  const house = await startTestHouse(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const hops = [
    `Connection: keep-alive, X-Mine, authorization, ${NAMES.join(', ')}`,
    'X-Mine: here only',
    'Proxy-Authorization: Basic c2VjcmV0',
    'Proxy-Connection: keep-alive',
    'Keep-Alive: timeout=5',
    'TE: trailers',
    'Trailer: X-Later',
  ]
  const upgrade = UPGRADE.map((line) => line.replace(': Upgrade', ': Upgrade, X-Mine, X-Remote-User-Id'))
  for (const lines of [
    [bearer, ...hops],
    [bearer, ...hops.slice(1), ...upgrade],
  ]) {
    const isUpgrade = lines.length > hops.length + 1
    const { status } = await exchangeRaw(house, rawRequest(isUpgrade ? 'GET /ws' : 'GET /any/x', lines))
    t.is(status, isUpgrade ? 101 : ARRIVED)
    const seen = house.music.lastRequest!
    const identity = (await trueIdentity(house)).map(lowerName)
    t.deepEqual(identityOf(seen).map(lowerName), identity)
    for (const name of ['x-mine', 'proxy-authorization', 'proxy-connection', 'keep-alive', 'te', 'trailer'])
      t.deepEqual(seen.header(name), [], name)
    t.deepEqual(seen.header('connection').join().toLowerCase(), isUpgrade ? 'upgrade' : 'keep-alive')
  }
})

test('7. what only a proxy may say is replaced, not added to, when a client says it', async (t) => {
  const house = await startTestHouse(t)
  const said = [
    'Forwarded: for=10.0.0.1;host=evil.example',
    'X-Forwarded-For: 10.0.0.1',
    'X_Forwarded_For: 10.0.0.2',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: http',
    'X-Forwarded-Prefix: /admin',
    'X-Forwarded-Port: 1',
    'X-Forwarded-User: admin',
    'X-Real-IP: 10.0.0.1',
  ]
  for (const [line, extra] of [
    ['GET /open/x', []],
    ['GET /open/x', UPGRADE],
  ] as const) {
    t.is((await exchangeRaw(house, rawRequest(line, [...extra, ...said]))).status, ARRIVED)
    const { rawHeaders } = house.music.lastRequest!
    const seen = rawHeaders.flatMap((name, i) =>
      i % 2 === 0 && /^(x.)?(forwarded|real)/i.test(name) ? [`${name.toLowerCase()}: ${rawHeaders[i + 1]}`] : [],
    )
    t.deepEqual(seen.sort(), [
      'x-forwarded-for: 127.0.0.1',
      'x-forwarded-host: dev.jasonhollis.com',
      'x-forwarded-proto: https',
    ])
  }
})
