import { randomBytes } from 'node:crypto'
import type { ExecutionContext } from 'ava'
import { Browser, type Page } from './browser.ts'
import { startTestHouse, type TestConfig, type TestHouse } from './gateway.ts'
import { noteIssued } from './issued-secrets.ts'
import { openAuthorize } from './linking.ts'

/** Lets people sign in with their Music Assistant accounts, beside those of the gateway. */
export function useAccounts(config: TestConfig, users: object = {}): void {
  Object.assign(config, { users: { source: 'music-assistant', upstream: 'music-assistant', ...users } })
}

/** A house whose people are Music Assistant's; their passwords may stand in no log, page or file. */
export async function startAccountsHouse(
  t: ExecutionContext,
  change: (config: TestConfig) => void = () => {},
): Promise<TestHouse> {
  const startedAt = new Date()
  const withAccounts = (config: TestConfig) => {
    useAccounts(config)
    change(config)
  }
  // Its clock stands still, so that nobody has waited long enough because a test took long.
  const house = await startTestHouse(t, withAccounts, {}, { now: () => startedAt })
  for (const account of house.music.users) {
    account.password = randomBytes(32).toString('base64url')
    noteIssued(account.password)
  }
  house.music.clearRequests()
  return house
}

/** The account of this name in the house. */
export function accountOf({ music }: TestHouse, username: string) {
  const account = music.users.find((one) => one.username === username)
  if (!account) throw new Error(`there is no ${username}`)
  return account
}

/** Opens the page to link, and signs in there. */
export async function signInAs(
  house: TestHouse,
  username: string,
  { password = accountOf(house, username).password, browser = new Browser(house) } = {},
): Promise<{ browser: Browser; page: Page }> {
  const page = await openAuthorize(house, {}, browser)
  return { browser, page: await browser.submit(page, { username, password }) }
}
