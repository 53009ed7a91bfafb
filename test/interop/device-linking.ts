import type { ExecutionContext } from 'ava'
import { Browser, type Page } from '../support/browser.ts'
import { typeCode, wordsOn } from '../support/device.ts'
import { ADA } from '../support/gateway.ts'
import type { InteropHouse } from './house.ts'
import { callApi, failure, type Library, type Tokens } from './linking.ts'

/** A device made of somebody else's library. */
export interface DeviceLibrary extends Pick<Library, 'refresh' | 'callApi'> {
  /** Asks for the codes. */
  begin: () => Promise<{ user_code: string; verification_uri: string; interval?: number }>
  /** Asks once whether somebody has answered. */
  ask: () => Promise<Tokens>
}

/** How a device proves who it is. */
export interface Device {
  client: 'kitchen' | 'television'
  method: 'none' | 'basic' | 'post'
}

export const DEVICES: Record<string, Device> = {
  'no secret': { client: 'kitchen', method: 'none' },
  'HTTP Basic': { client: 'television', method: 'basic' },
  'credentials in the body': { client: 'television', method: 'post' },
}

/** Ada types the code that the device shows, and answers. @returns the page that says what came of it. */
export async function answerDevice(
  house: InteropHouse,
  userCode: string,
  decision?: 'approve' | 'deny',
): Promise<Page> {
  const browser = new Browser(house)
  const consent = await typeCode(browser, userCode)
  return browser.submit(consent, { username: ADA.name, password: ADA.password }, decision)
}

/** The device waits, is told when it asks too often, gets its tokens once Ada has approved, calls and refreshes. */
export async function showDevice(
  t: ExecutionContext,
  house: InteropHouse,
  library: DeviceLibrary,
  { client }: Device,
): Promise<void> {
  const { user_code, verification_uri, interval = 5 } = await library.begin()
  t.is(verification_uri, `${house.issuer}/alexa/device`)
  t.regex(await failure(library.ask()), /authorization_pending/)
  house.advance(1000)
  t.regex(await failure(library.ask()), /slow_down/)

  t.regex(wordsOn(await answerDevice(house, user_code)), /is connected/)
  // It has to wait five seconds longer since then. @see RFC 8628 section 3.5
  house.advance((interval + 5) * 1000)
  const tokens = await library.ask()
  t.is(tokens.scope ?? 'music.control', 'music.control')
  t.is(await callApi(house, library, tokens), 200)

  const refreshed = await library.refresh(tokens)
  t.is(refreshed.refresh === tokens.refresh, client === 'television')
  t.is(await callApi(house, library, refreshed), 200)
  t.regex(await failure(library.ask()), /invalid_grant/)
}

export async function showDeviceRefusals(
  t: ExecutionContext,
  house: InteropHouse,
  library: DeviceLibrary,
): Promise<void> {
  await answerDevice(house, (await library.begin()).user_code, 'deny')
  t.regex(await failure(library.ask()), /access_denied/)
  await library.begin()
  house.advance(601_000)
  t.regex(await failure(library.ask()), /expired_token/)
}
