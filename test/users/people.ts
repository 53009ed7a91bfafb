import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { TOTP } from 'otpauth'
import type { Environment } from '../../src/config/environment.ts'
import type { PasswordAttempt, SignInOutcome } from '../../src/oauth/resource-owners.ts'
import { keyFile, openSealer } from '../../src/secrets/seal.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { AuditEvent } from '../../src/telemetry/audit.ts'
import { switchSecondFactorOn } from '../../src/users/second-factor.ts'
import { openSignIn } from '../../src/users/sign-in.ts'
import { newTotpSecret } from '../../src/users/totp.ts'
import { addUser } from '../../src/users/users.ts'
import { temporaryFolder, testEnvironment } from '../support/environment.ts'

export const ADA = { name: 'ada', password: 'correct horse battery' }
export const MINUTE = 60_000
export const HOME = '192.0.2.7'

/** A store with Ada in it, and all that she signs in with. */
export async function openPeople(t: ExecutionContext) {
  const environment = testEnvironment()
  const folder = temporaryFolder(t)
  const database = join(folder, 'skillgate.db')
  const store = await openKeyvStore(database, environment.now)
  t.teardown(() => store.close())
  const sealer = await openSealer(keyFile(folder), environment)
  const events: AuditEvent[] = []
  const audit = (event: AuditEvent) => events.push(JSON.parse(JSON.stringify(event)))
  const limits = { idle: 30 * MINUTE, absolute: 8 * 60 * MINUTE }
  const ada = await addUser(store, environment, ADA)
  const people = await openSignIn({ store, environment, sealer, audit, limits })
  return { folder, database, environment, store, sealer, audit, events, limits, ada, people }
}

export type People = Awaited<ReturnType<typeof openPeople>>

/** What the authenticator of somebody shows now, or so many steps from now. */
export function codeOf(secret: string, { environment }: { environment: Environment }, steps = 0): string {
  return TOTP.generate({
    secret: new TOTP({ secret }).secret,
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
    timestamp: environment.now() + steps * 30_000,
  })
}

/** Gives Ada a second factor, and lets its first code pass. */
export async function giveSecondFactor({ store, sealer, environment }: People) {
  const secret = newTotpSecret(environment)
  const code = codeOf(secret, { environment })
  const recoveryCodes = await switchSecondFactorOn({ store, sealer, ...environment }, 'ada', secret, code)
  environment.advance(MINUTE)
  return { secret, recoveryCodes }
}

/** The cookie of the session as the browser sends it back. */
export function cookieOf(outcome: SignInOutcome): string {
  const [cookie = ''] = 'cookies' in outcome ? outcome.cookies : 'cookie' in outcome ? [outcome.cookie] : []
  return cookie.split(';')[0] as string
}

/** Tries a password of Ada's, from home unless said otherwise. */
export function enter({ people }: Pick<People, 'people'>, attempt: Partial<PasswordAttempt> = {}) {
  return people.checkPassword({ ...ADA, cookies: undefined, address: HOME, ...attempt })
}
