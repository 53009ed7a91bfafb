import type { Environment } from '../config/environment.ts'
import type { Sealer } from '../secrets/seal.ts'
import type { TotpRecord, UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts'
import { epochOf, isStill } from './sessions.ts'
import { stepOfCode } from './totp.ts'
import { listUsers, nextSessionEpoch, replaceUser, requireUser, UserError } from './users.ts'

/** What a second factor is kept with and checked against. */
export interface SecondFactorTools extends Environment {
  store: Store
  sealer: Sealer
}

/**
 * From here on this user needs a code of the authenticator as well, and the sessions are over.
 * @param code one that it shows now, which proves that it has the secret. It can't be used again.
 * @returns the recovery codes. @throws UserError when the code is not right, or there is no such user.
 */
export async function switchSecondFactorOn(
  { store, sealer, now, randomBytes }: SecondFactorTools,
  name: string,
  secret: string,
  code: string,
): Promise<string[]> {
  const lastStep = stepOfCode(secret, code, now())
  if (lastStep === undefined) throw new UserError('This is not the code that the authenticator shows now.')
  const user = await requireUser(store, name)
  const { codes, hashes } = newRecoveryCodes({ randomBytes })
  const totp = { sealedSecret: sealer.seal(secret, purposeOf(user)), lastStep, recoveryCodes: hashes }
  await replaceUser(store, user, { totp, sessionEpoch: nextSessionEpoch(user) })
  return codes
}

/** From here on the password is enough. @throws UserError when there is no such user. */
export async function switchSecondFactorOff(store: Store, name: string): Promise<UserRecord> {
  const user = await requireUser(store, name)
  return replaceUser(store, user, { totp: undefined, sessionEpoch: nextSessionEpoch(user) })
}

/** Ten others in the place of those there were. @throws UserError when the user has no second factor. */
export async function renewRecoveryCodes(store: Store, environment: Environment, name: string): Promise<string[]> {
  const user = await requireUser(store, name)
  if (!user.totp) {
    throw new UserError(`${user.name} has no second factor. Switch it on:  npx skillgate user totp ${user.name}`)
  }
  const { codes, hashes } = newRecoveryCodes(environment)
  const totp = { ...user.totp, recoveryCodes: hashes }
  await replaceUser(store, user, { totp, sessionEpoch: nextSessionEpoch(user) })
  return codes
}

/** What was right. */
export type SpentCode = { kind: 'totp' } | { kind: 'recovery'; left: number }

/**
 * Uses up a code of the authenticator or a recovery code: of any number who have the same one, one gets through.
 * @param user as of when the password was right. @returns undefined when it is not right.
 * @throws SealError when the secret can't be read any more; recovery codes work nevertheless.
 */
export async function spendCode(
  tools: SecondFactorTools,
  user: UserRecord,
  typed: string,
): Promise<SpentCode | undefined> {
  const { store } = tools
  for (;;) {
    const current = await store.get('user', user.name)
    if (!isStill(current, { userId: user.id, epoch: epochOf(user) }) || !current.totp) return undefined
    const hash = hashRecoveryCode(typed)
    const spent = hash ? spendRecoveryCode(current.totp, hash) : spendTotpCode(tools, current, current.totp, typed)
    if (!spent) return undefined
    const changed = { ...current, revision: current.revision + 1, totp: spent.totp }
    if (await store.replace('user', user.name, current.revision, changed)) return spent.code
  }
}

interface Spent {
  code: SpentCode
  totp: TotpRecord
}

function spendRecoveryCode(totp: TotpRecord, hash: string): Spent | undefined {
  if (!totp.recoveryCodes.includes(hash)) return undefined
  const recoveryCodes = totp.recoveryCodes.filter((other) => other !== hash)
  return { code: { kind: 'recovery', left: recoveryCodes.length }, totp: { ...totp, recoveryCodes } }
}

function spendTotpCode(
  { sealer, now }: SecondFactorTools,
  user: UserRecord,
  totp: TotpRecord,
  typed: string,
): Spent | undefined {
  const step = stepOfCode(sealer.open(totp.sealedSecret, purposeOf(user)), typed, now())
  if (step === undefined || step <= totp.lastStep) return undefined
  return { code: { kind: 'totp' }, totp: { ...totp, lastStep: step } }
}

/** Whose second factor is sealed, and with which key. */
export async function sealedSecondFactors(store: Store): Promise<{ user: UserRecord; keyName: string }[]> {
  const users = await listUsers(store)
  return users.flatMap((user) => (user.totp ? [{ user, keyName: user.totp.sealedSecret.split('.')[0] ?? '' }] : []))
}

/**
 * Seals with the newest key what an earlier one has sealed. Nobody notices, and nobody is signed out.
 * @returns how many there were. @throws SealError when one of them can't be opened.
 */
export async function sealAnew({ store, sealer }: Pick<SecondFactorTools, 'store' | 'sealer'>): Promise<number> {
  let sealed = 0
  for (const { name } of await listUsers(store)) {
    for (;;) {
      const user = await store.get('user', name)
      if (!user?.totp || sealer.isNewest(user.totp.sealedSecret)) break
      const secret = sealer.open(user.totp.sealedSecret, purposeOf(user))
      const totp = { ...user.totp, sealedSecret: sealer.seal(secret, purposeOf(user)) }
      if (!(await store.replace('user', name, user.revision, { ...user, totp, revision: user.revision + 1 }))) continue
      sealed++
      break
    }
  }
  return sealed
}

function purposeOf({ id }: UserRecord): string {
  return `totp:${id}`
}
