import test from 'ava'
import { builtClient, GO, speak, testLinking } from './built-client.ts'
import { answerDevice, DEVICES, type DeviceLibrary } from './device-linking.ts'
import { startInteropHouse } from './house.ts'
import { callApi, failure, type Library, showLinking, type Tokens, WAYS } from './linking.ts'
import { BECOMING, MCP_VERBS, type McpLibrary, mcpSettings, openMcpHouse, showConnecting } from './mcp-linking.ts'
import { deviceSettingsOf, settingsOf } from './spoken-library.ts'

interface GoDevice extends Pick<DeviceLibrary, 'begin' | 'callApi'> {
  /** The library's own loop: it asks every five seconds, by a clock that no test can set. */
  untilAnswered: () => Promise<Tokens>
}

const LINKING: (keyof Library)[] = ['authorizationUrl', 'exchange', 'refresh', 'callApi']
const DEVICE: (keyof GoDevice)[] = ['begin', 'untilAnswered', 'callApi']

const client = builtClient(test, GO, 'go/')

testLinking(test, ["Go's x/oauth2", 'links and refreshes'], client, LINKING)

test.serial("Go's x/oauth2 finds by itself how a client proves who it is", async (t) => {
  const program = await client(t)
  if (program === undefined) return
  for (const name of ['HTTP Basic and PKCE', 'credentials in the body and PKCE', 'PKCE and no secret']) {
    const house = await startInteropHouse(t)
    const settings = { ...settingsOf(WAYS[name]!), method: 'unknown' }
    await showLinking(t, house, speak<Library>(t, program, house, settings, LINKING), WAYS[name]!)
  }
})

test.serial("Go's x/oauth2 links a device: it asks every five seconds, and is not told to slow down", async (t) => {
  const program = await client(t)
  if (program === undefined) return
  const house = await startInteropHouse(t)
  const device = () => speak<GoDevice>(t, program, house, deviceSettingsOf(DEVICES['no secret']!), DEVICE)
  const [patient, denied] = [device(), device()]
  const { user_code } = await patient.begin()
  await answerDevice(house, (await denied.begin()).user_code, 'deny')

  const polled = async () => {
    while ((await house.requests.next()).path !== '/alexa/token');
  }

  const [tokens, refused] = [patient.untilAnswered(), failure(denied.untilAnswered())]
  t.regex(await refused, /access_denied/)
  await polled()
  await polled()
  await answerDevice(house, user_code)
  // Its ticks are exact, but not the network.
  house.advance(4_970)
  t.is(await callApi(house, patient, await tokens), 200)
  // Had it been told to slow down, there would be one more.
  t.is(house.requests.records.filter(({ path }) => path === '/alexa/token').length, 1)
})

for (const [name, become] of Object.entries(BECOMING)) {
  test.serial(`the MCP project's go-sdk goes from an address to a tool call, ${name}`, async (t) => {
    const program = await client(t)
    if (program === undefined) return
    const house = await openMcpHouse(t)
    const settings = mcpSettings(house, await become(house))
    await showConnecting(t, house, speak<McpLibrary>(t, program, house, settings, MCP_VERBS))
  })
}
