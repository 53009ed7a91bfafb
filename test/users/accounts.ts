import { randomBytes } from 'node:crypto'
import type { ExecutionContext } from 'ava'
import type { AccountAnswer, AccountSource } from '../../src/music-assistant/sign-in.ts'
import type { PasswordAttempt } from '../../src/oauth/resource-owners.ts'
import { openSignIn } from '../../src/users/sign-in.ts'
import { HOME, openPeople } from './people.ts'

export const UPSTREAM = 'music-assistant'
export const ANNA = { userId: 'id-of-anna', name: 'anna', displayName: 'Anna', role: 'user' }
export const PASSWORD = randomBytes(12).toString('base64url')

/** A server with accounts, which does what it is told to. */
export interface FakeSource extends AccountSource {
  accounts: (typeof ANNA)[]
  /** What it says instead, whoever comes. */
  says?: AccountAnswer
  tried: string[]
  ended: string[]
  sessions: string[]
}

export function fakeSource(): FakeSource {
  const source: FakeSource = {
    accounts: [ANNA],
    tried: [],
    ended: [],
    sessions: [],
    async signIn(name, password) {
      source.tried.push(name)
      if (source.says) return source.says
      const account = source.accounts.find((one) => one.name === name)
      if (!account || password !== PASSWORD) return { kind: 'wrong' }
      const session = `session-${source.sessions.length}`
      source.sessions.push(session)
      return { kind: 'signed-in', account, session }
    },
    async signOut(session) {
      source.ended.push(session)
    },
  }
  return source
}

/** People with passwords here, and with accounts there. */
export async function openAccounts(t: ExecutionContext, { local = true } = {}) {
  const house = await openPeople(t)
  const source = fakeSource()
  const { store, environment, sealer, audit, limits } = house
  const accounts = { upstream: UPSTREAM, source }
  const open = (options: { accounts?: typeof accounts; local?: boolean }) =>
    openSignIn({ store, environment, sealer, audit, limits, ...options })
  const people = await open({ accounts, local })
  const enter = (attempt: Partial<PasswordAttempt> = {}) =>
    people.checkPassword({ name: 'anna', password: PASSWORD, cookies: undefined, address: HOME, ...attempt })
  return { ...house, source, people, enter, open }
}

/** All cookies of an outcome, as a browser sends them back. */
export function allCookies(outcome: object): string {
  const cookies = 'cookies' in outcome ? (outcome.cookies as string[]) : []
  return cookies.map((cookie) => cookie.split(';')[0]).join('; ')
}
