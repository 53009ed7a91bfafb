import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { exactRequest, FORM } from '../support/exact-request.ts'
import { ISSUER, startTestHouse, type TestConfig, type TestHouse } from '../support/gateway.ts'
import { type Credentials, FlowAborted, HomeAssistant, REDIRECT_URI } from '../support/home-assistant.ts'
import { startMcpServer } from '../support/mcp-server.ts'

// A replay of Home Assistant, as an MCP client: where what it sends was read stands in test/support/home-assistant.ts.

const MCP_ORIGIN = 'https://mcp.example.org'

/** A house with an MCP server at `/mcp`, below it, and on a host of its own. */
async function openHouse(t: ExecutionContext, change: (config: TestConfig) => void = () => {}) {
  const server = await startMcpServer(t)
  const house = await startTestHouse(t, (config) => {
    Object.assign(config.upstreams, { mcp: { url: server.url } })
    config.oauth.clients.push({
      id: 'home-assistant',
      name: 'Home Assistant',
      secret: { file: 'data/home-assistant.secret' },
      redirect_uris: [REDIRECT_URI],
      scopes: ['music.read'],
    })
    const route = { upstream: 'mcp', auth: 'bearer', scopes: ['music.read'] }
    const methods = ['GET', 'POST', 'DELETE']
    const routes = [{ path: '/mcp' }, { path: '/mcp/*' }, { host: new URL(MCP_ORIGIN).host, path: '/*' }]
    for (const one of routes) config.routes.push({ ...route, ...one, methods })
    change(config)
  })
  return { house, server }
}

function typedIn(house: TestHouse, pkce: boolean): Credentials {
  const secret = readFileSync(join(house.folder, 'data', 'home-assistant.secret'), 'utf8').trim()
  return { id: 'home-assistant', secret, pkce }
}

const WHO = { name: 'who_am_i', arguments: {} }

/** Of the tool that says who is calling. */
function whoOf({ content }: Record<string, unknown>): string | undefined {
  return (content as { text: string }[])[0]?.text
}

const ADDRESSES = [
  `${ISSUER}/mcp`,
  `${ISSUER}/mcp/`,
  `${ISSUER}/mcp/deeper`,
  `${ISSUER}/mcp/deeper/`,
  MCP_ORIGIN,
  `${MCP_ORIGIN}/`,
  `${MCP_ORIGIN}/mcp`,
]
for (const [index, address] of ADDRESSES.entries()) {
  const pkce = index % 2 === 1
  test(`Home Assistant goes from ${address} to a tool call, ${pkce ? 'with' : 'without'} PKCE, and on by refreshing`, async (t) => {
    const { house, server } = await openHouse(t)
    const app = new HomeAssistant(house, address)
    await app.add(typedIn(house, pkce))
    t.is(whoOf(await app.call('tools/call', WHO)), 'Ada Lovelace')
    t.like(server.requests.at(-1), { 'x-auth-client-id': 'home-assistant', 'x-auth-scopes': 'music.read' })

    const before = app.sent.length
    for (let hour = 0; hour < 3; hour++) {
      house.advance(3_600_000)
      t.is(whoOf(await app.call('tools/call', WHO)), 'Ada Lovelace')
    }
    const refreshes = app.sent.slice(before).filter((one) => one === `POST ${ISSUER}/alexa/token`)
    t.is(refreshes.length, 3, 'nobody is asked again')
    for (const event of ['consented', 'code_redeemed'])
      t.is(house.events().filter((one) => one.event === event).length, 1, event)
  })
}

test('Home Assistant finds its way in two documents, and looks nowhere else', async (t) => {
  const { house } = await openHouse(t)
  const app = new HomeAssistant(house, `${ISSUER}/mcp/deeper`)
  await app.add(typedIn(house, false))
  t.deepEqual(app.sent.slice(0, 5), [
    `POST ${ISSUER}/mcp/deeper`,
    `GET ${ISSUER}/.well-known/oauth-protected-resource/mcp/deeper`,
    `GET ${ISSUER}/.well-known/oauth-authorization-server`,
    `GET ${ISSUER}/.well-known/openid-configuration`,
    `POST ${ISSUER}/alexa/token`,
  ])
})

test('Home Assistant is told the same where it asks by the older transport', async (t) => {
  const { house } = await openHouse(t)
  const answer = await new HomeAssistant(house, `${ISSUER}/mcp`).askByEvents()
  t.is(answer.status, 401)
  t.is(
    answer.header('www-authenticate')[0],
    `Bearer realm="skillgate", scope="music.read", resource_metadata="${ISSUER}/.well-known/oauth-protected-resource/mcp"`,
  )
})

test('Home Assistant asks for consent again when its link was ended, and goes on', async (t) => {
  const { house } = await openHouse(t)
  const app = new HomeAssistant(house, `${ISSUER}/mcp`)
  await app.add(typedIn(house, true))
  const { id, secret } = typedIn(house, true)
  const form = new URLSearchParams({ token: app.refreshToken, client_id: id, client_secret: secret }).toString()
  await exactRequest(house, { method: 'POST', path: '/alexa/revoke', headers: FORM, body: form })
  await t.throwsAsync(app.call('tools/call', WHO), { instanceOf: FlowAborted, message: 'initialize: 401' })
  await app.authorize()
  t.is(whoOf(await app.call('tools/call', WHO)), 'Ada Lovelace')
})

const registering = ({ oauth }: TestConfig) =>
  Object.assign(oauth, { registration: { open: true, scopes: ['music.read', 'music.control'] } })

test('the next release of Home Assistant registers itself as a client without a secret, and keeps what it gets', async (t) => {
  const { house } = await openHouse(t, registering)
  const app = new HomeAssistant(house, `${ISSUER}/mcp/deeper`)
  await app.add(undefined)
  t.is(whoOf(await app.call('tools/call', WHO)), 'Ada Lovelace')
  house.advance(3_600_000)
  t.is(whoOf(await app.call('tools/call', WHO)), 'Ada Lovelace')
  const registered = house.events().find(({ event }) => event === 'client_registered')
  t.truthy(registered)
})

test('where registering needs a token the next release of Home Assistant goes by the credentials that somebody typed in', async (t) => {
  const { house } = await openHouse(t, ({ oauth }) => Object.assign(oauth, { registration: { enabled: true } }))
  const app = new HomeAssistant(house, `${ISSUER}/mcp`)
  await app.add(typedIn(house, true))
  t.is(whoOf(await app.call('tools/call', WHO)), 'Ada Lovelace')
})
