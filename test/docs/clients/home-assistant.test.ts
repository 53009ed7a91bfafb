import test from 'ava'
import { approveAt, followPage } from '../../support/client-page.ts'
import { ISSUER } from '../../support/gateway.ts'
import { startMcpServer } from '../../support/mcp-server.ts'

const REDIRECT = 'https://my.home-assistant.io/redirect/oauth'

test('Home Assistant, set up by the page, finds its way from the address, links, calls and refreshes', async (t) => {
  const tools = await startMcpServer(t)
  const page = await followPage(t, 'home-assistant.md', { upstreams: { tools: tools.url } })
  if (page === undefined) return
  const { house } = page

  const challenge = await page.type('-D - ')
  t.regex(challenge, /^HTTP\/\S+ 401/)
  const [, found = ''] = /resource_metadata="([^"]*)"/.exec(challenge) ?? []
  const [, scope = ''] = /scope="([^"]*)"/.exec(challenge) ?? []
  t.is(scope, 'tools')
  t.true(page.commands.includes(`curl ${found}`))
  const resource = JSON.parse(await page.type('oauth-protected-resource/mcp'))
  t.is(resource.resource, `${ISSUER}/mcp`)
  t.true(page.text.includes(`| URL | \`${resource.resource}\` |`))
  const metadata = `${resource.authorization_servers[0]}/.well-known/oauth-authorization-server`
  const server = JSON.parse(await page.run(`curl ${metadata}`))
  t.is(server.registration_endpoint, undefined, 'else it would not ask for credentials')

  const asked = new URL(server.authorization_endpoint)
  const state = 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln'
  const parameters = { response_type: 'code', client_id: 'home-assistant', redirect_uri: REDIRECT, state, scope }
  asked.search = String(new URLSearchParams({ ...parameters, access_type: 'offline', prompt: 'consent' }))
  const back = new URL(await approveAt(house, asked))
  t.is(back.origin + back.pathname, REDIRECT)
  t.is(back.searchParams.get('state'), state)

  const SECRET = await page.type('client secret home-assistant')
  const tokens = JSON.parse(await page.type('code=CODE', { SECRET, CODE: back.searchParams.get('code')! }))
  t.is(tokens.scope, 'tools')
  const call = (ACCESS_TOKEN: string) => page.type('"initialize"', { ACCESS_TOKEN })
  t.regex(await call(tokens.access_token), /"tools"/)
  t.is(tools.requests.at(-1)!['x-remote-user-name'], 'ada')
  t.is(tools.requests.at(-1)!['x-auth-client-id'], 'home-assistant')

  house.advance(3_600_000)
  t.regex(await call(tokens.access_token), /invalid_token/)
  const next = JSON.parse(await page.type('refresh_token=', { SECRET, REFRESH_TOKEN: tokens.refresh_token }))
  t.regex(await call(next.access_token), /"tools"/)
  t.deepEqual(page.untyped(), [])
})
