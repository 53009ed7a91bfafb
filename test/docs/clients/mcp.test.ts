import test from 'ava'
import { connector, ENTRIES, followConnectorPage, REGISTERING, useConnector } from '../../support/connector-page.ts'
import { wordsOn } from '../../support/device.ts'
import { ISSUER } from '../../support/gateway.ts'
import { fetchFromOutside, openApp } from '../../support/mcp-client.ts'

const ENTERED = [
  ['claude', 'https://claude.ai/api/mcp/auth_callback'],
  ['claude-code', 'http://localhost:8765/callback'],
  ['chatgpt', 'https://chatgpt.com/connector_platform_oauth_redirect'],
  ['vscode', 'http://127.0.0.1:33418/'],
  ['cursor', 'cursor://anysphere.cursor-mcp/oauth/callback'],
] as const

test('each connector with an entry of the page links, calls and refreshes', async (t) => {
  const followed = await followConnectorPage(t, ENTRIES)
  if (followed === undefined) return
  const { page, tools } = followed
  const list = await page.type('client list')
  for (const [client_id, redirectUrl] of ENTERED) {
    t.true(list.includes(`\n${client_id} `), client_id)
    const secret = /^(claude|chatgpt)$/.test(client_id)
    const client_secret = secret ? await page.run(`npx skillgate client secret ${client_id}`) : undefined
    await useConnector(t, page, tools, connector(redirectUrl, { client_id, ...(client_secret && { client_secret }) }))
  }
  t.regex(await page.type('skillgate trace'), /cursor for ada/)
})

test('what the page has read says where to go, and names no place to register while the door is closed', async (t) => {
  const followed = await followConnectorPage(t, ENTRIES)
  if (followed === undefined) return
  const { page } = followed
  t.regex(await page.type('-D - '), /401.*scope="tools".*resource_metadata=/s)
  t.is(JSON.parse(await page.type('oauth-protected-resource/mcp')).resource, `${ISSUER}/mcp`)
  const server = JSON.parse(await page.type('oauth-authorization-server'))
  t.is(server.registration_endpoint, undefined)
  t.falsy(server.client_id_metadata_document_supported)
})

test('a connector registers in the ten minutes that the page has typed, and not after them', async (t) => {
  const followed = await followConnectorPage(t, REGISTERING)
  if (followed === undefined) return
  const { page, tools } = followed
  const { house } = page
  const read = async () => JSON.parse(await page.type('oauth-authorization-server'))
  t.is((await read()).registration_endpoint, undefined)
  t.regex(await page.type('client allow'), /^Until .* any client can register itself.*ask people for: tools$/ms)
  t.is((await read()).registration_endpoint, `${ISSUER}/alexa/register`)
  const consent = await useConnector(t, page, tools, connector('cursor://anysphere.cursor-mcp/oauth/callback'))
  t.regex(wordsOn(consent), /Nobody has checked/)

  t.is((await read()).registration_endpoint, undefined)
  const late = openApp(t, house, connector('http://localhost:8787/callback'), fetchFromOutside(house))
  await t.throwsAsync(late.connect(), { message: /does not support dynamic client registration/i })
})
