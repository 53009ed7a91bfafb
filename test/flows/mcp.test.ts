import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import test, { type ExecutionContext } from 'ava'
import { ISSUER, startTestHouse } from '../support/gateway.ts'
import { link } from '../support/linking.ts'
import { AppMemory, CALLBACK, fetchFromOutside, openApp } from '../support/mcp-client.ts'
import { startMcpServer } from '../support/mcp-server.ts'

const HOUR = 3_600_000

/** A house with an MCP server at /mcp, where clients may register, and one that is configured. */
async function openHouse(t: ExecutionContext) {
  const server = await startMcpServer(t)
  const house = await startTestHouse(t, (config) => {
    Object.assign(config.upstreams, { mcp: { url: server.url } })
    Object.assign(config.oauth, { registration: { enabled: true, scopes: ['music.read', 'music.control'] } })
    const scopes = ['music.read']
    config.oauth.clients.push({ id: 'chat', name: 'Chat', public: true, redirect_uris: [CALLBACK], scopes })
    config.routes.push({ path: '/mcp', methods: ['GET', 'POST', 'DELETE'], upstream: 'mcp', auth: 'bearer', scopes })
  })
  const token = () => readFileSync(join(house.folder, 'data', 'registration.token'), 'utf8').trim()
  return { house, server, fetch: fetchFromOutside(house), token }
}

/** The metadata doesn't say where one registers with the token: docs/interfaces.md does. */
async function registerWithToken(fetch: FetchLike, token: string, memory: AppMemory): Promise<void> {
  const response = await fetch(`${ISSUER}/alexa/register`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(memory.clientMetadata),
  })
  memory.client = (await response.json()) as { client_id: string }
}

test('an MCP client for which somebody with the initial access token registers signs in to a home server behind the gateway, and is told who is calling', async (t) => {
  const { house, server, fetch, token } = await openHouse(t)
  const memory = new AppMemory()
  await registerWithToken(fetch, token(), memory)
  const { app, connect, whoAmI } = openApp(t, house, memory, fetch)
  const page = await connect()
  t.regex(page!.text, /Chat app/)
  t.regex(page!.text, /Nobody has checked that this really is “<bdi>Chat app<\/bdi>”/)
  t.is(memory.asked!.searchParams.get('resource'), `${ISSUER}/mcp`)
  t.is(memory.asked!.searchParams.get('scope'), 'music.read')

  t.deepEqual(
    (await app.listTools()).tools.map(({ name }) => name),
    ['who_am_i'],
  )
  t.is(await whoAmI(), 'Ada Lovelace')
  const seen = server.requests.at(-1)!
  t.is(seen['x-remote-user-name'], 'ada')
  t.is(seen['x-auth-client-id'], memory.client!.client_id)
  t.is(seen['x-auth-scopes'], 'music.read')
  t.is(seen.authorization, undefined)
  t.true(server.requests.every((headers) => headers['x-remote-user-name'] === 'ada'))

  const events = house.events().map(({ event }) => event)
  for (const expected of ['client_registered', 'consented', 'code_redeemed'])
    t.true(events.includes(expected), expected)
})

test('an MCP client without the initial access token is told so and gets no further', async (t) => {
  const { house, server, fetch } = await openHouse(t)
  const memory = new AppMemory()
  const { connect } = openApp(t, house, memory, fetch)
  await t.throwsAsync(connect(), { message: /does not support dynamic client registration/ })
  t.is(memory.client, undefined)
  t.deepEqual(server.requests, [])
})

test('an MCP client that is configured signs in, and goes on with rotated tokens when its first ones are over', async (t) => {
  const { house, fetch } = await openHouse(t)
  const memory = new AppMemory({ client_id: 'chat' })
  const { connect, whoAmI } = openApp(t, house, memory, fetch)
  await connect()
  t.is(await whoAmI(), 'Ada Lovelace')
  const first = memory.saved!
  memory.asked = undefined
  house.advance(HOUR)
  t.is(await whoAmI(), 'Ada Lovelace')
  t.is(memory.asked, undefined)
  t.not(memory.saved!.access_token, first.access_token)
  t.not(memory.saved!.refresh_token, first.refresh_token)
})

test('a token for the MCP server is good there only, and one for something else is not good there', async (t) => {
  const { house, fetch, server } = await openHouse(t)
  const memory = new AppMemory({ client_id: 'chat' })
  await openApp(t, house, memory, fetch).connect()
  const ask = async (path: string, token: string) => {
    const headers = { Authorization: `Bearer ${token}` }
    const { status, headers: answered } = await fetch(`${ISSUER}${path}`, { method: 'POST', headers })
    return { status, challenge: answered.get('www-authenticate') ?? '' }
  }
  const elsewhere = await ask('/any/thing', memory.saved!.access_token)
  t.is(elsewhere.status, 401)
  t.regex(elsewhere.challenge, /error="invalid_token"/)

  const before = server.requests.length
  const { access } = await link(house, { resource: `${ISSUER}/any`, scope: 'music.read' })
  t.is((await ask('/any/thing', access)).status, 404)
  const here = await ask('/mcp', access)
  t.is(here.status, 401)
  t.regex(here.challenge, /error="invalid_token".*resource_metadata="[^"]*\/oauth-protected-resource\/mcp"$/)
  t.is(server.requests.length, before)
})
