import test, { type ExecutionContext } from 'ava'
import { DEVICES, type DeviceLibrary, showDevice, showDeviceRefusals } from './device-linking.ts'
import { startInteropHouse } from './house.ts'
import { failure, type Library, showLinking, showRefusals, WAYS } from './linking.ts'
import { findModule, type PythonClient, pythonLibrary } from './python-library.ts'
import { deviceSettingsOf, settingsOf } from './spoken-library.ts'

const CLIENT: PythonClient<Library> = {
  script: 'requests-oauthlib-client.py',
  verbs: ['authorizationUrl', 'exchange', 'refresh', 'revoke', 'userinfo', 'callApi'],
}

const DEVICE: PythonClient<DeviceLibrary> = { script: CLIENT.script, verbs: ['begin', 'ask', 'refresh', 'callApi'] }

const installed = (t: ExecutionContext) => findModule(t, 'requests_oauthlib', 'python3-requests-oauthlib')

for (const [name, way] of Object.entries(WAYS)) {
  test.serial(`Debian's python3-requests-oauthlib links, refreshes and revokes with ${name}`, async (t) => {
    if (!installed(t)) return
    const house = await startInteropHouse(t)
    await showLinking(t, house, pythonLibrary(t, CLIENT, house, settingsOf(way)), way)
  })
}

test.serial("Debian's python3-requests-oauthlib is refused where it should be, and says why", async (t) => {
  if (!installed(t)) return
  const house = await startInteropHouse(t)
  const way = WAYS['HTTP Basic and PKCE']!
  await showRefusals(t, house, () => pythonLibrary(t, CLIENT, house, settingsOf(way)))
  const impostor = pythonLibrary(t, CLIENT, house, settingsOf(way, 'wrong'))
  t.regex(await failure(impostor.refresh({ access: '', refresh: 'x' })), /invalid_client/)
})

for (const [name, device] of Object.entries(DEVICES)) {
  test.serial(`Debian's python3-requests-oauthlib links a device with ${name}`, async (t) => {
    if (!installed(t)) return
    const house = await startInteropHouse(t)
    await showDevice(t, house, pythonLibrary(t, DEVICE, house, deviceSettingsOf(device)), device)
  })
}

test.serial(
  "Debian's python3-requests-oauthlib hears when a device was denied, or nobody answered in time",
  async (t) => {
    if (!installed(t)) return
    const house = await startInteropHouse(t)
    await showDeviceRefusals(t, house, pythonLibrary(t, DEVICE, house, deviceSettingsOf(DEVICES['no secret']!)))
  },
)
