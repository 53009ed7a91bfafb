import test from 'ava'
import { builtClient, CARGO, speak, testLinking } from './built-client.ts'
import { answerDevice, DEVICES, type DeviceLibrary } from './device-linking.ts'
import { startInteropHouse } from './house.ts'
import { callApi, failure, type Library, type Tokens } from './linking.ts'
import { deviceSettingsOf } from './spoken-library.ts'

interface RustDevice extends Pick<DeviceLibrary, 'begin' | 'refresh' | 'callApi'> {
  /** The library's own loop: it asks, and lets its caller wait for so many seconds. Said again, it asks once more. */
  untilAnswered: () => Promise<Tokens | { waits: number }>
}

const LINKING: (keyof Library)[] = ['authorizationUrl', 'exchange', 'refresh', 'revoke', 'introspect', 'callApi']
const DEVICE: (keyof RustDevice)[] = ['begin', 'untilAnswered', 'refresh', 'callApi']

const client = builtClient(test, CARGO, 'rust/')

testLinking(test, ["Rust's oauth2", 'links, refreshes and revokes'], client, LINKING)

for (const [name, device] of Object.entries(DEVICES)) {
  test.serial(`Rust's oauth2 links a device with ${name}, and slows down when it is told to`, async (t) => {
    const program = await client(t)
    if (program === undefined) return
    const house = await startInteropHouse(t)
    const library = speak<RustDevice>(t, program, house, deviceSettingsOf(device), DEVICE)
    const { user_code } = await library.begin()
    t.deepEqual(await library.untilAnswered(), { waits: 5 })
    house.advance(2_000)
    t.deepEqual(await library.untilAnswered(), { waits: 10 })
    await answerDevice(house, user_code)
    house.advance(10_000)
    const tokens = (await library.untilAnswered()) as Tokens
    t.is(await callApi(house, library, tokens), 200)
    t.is(await callApi(house, library, await library.refresh(tokens)), 200)
  })
}

test.serial("Rust's oauth2 hears when a device was denied, or nobody answered in time", async (t) => {
  const program = await client(t)
  if (program === undefined) return
  const house = await startInteropHouse(t)
  const open = () => speak<RustDevice>(t, program, house, deviceSettingsOf(DEVICES['no secret']!), DEVICE)
  const denied = open()
  await answerDevice(house, (await denied.begin()).user_code, 'deny')
  t.regex(await failure(denied.untilAnswered()), /access_denied|AccessDenied/)
  const late = open()
  await late.begin()
  house.advance(601_000)
  t.regex(await failure(late.untilAnswered()), /expired_token|ExpiredToken/)
})
