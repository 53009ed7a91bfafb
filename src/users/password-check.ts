import type { Applicant, ReservedSlots } from '../limits/reserved-slots.ts'
import type { CheckAccount, CheckedPassword } from './account-check.ts'
import type { VerifyPassword } from './users.ts'

interface PasswordCheckTools {
  slots: ReservedSlots
  /** Absent where users with a password of their own may not sign in. */
  verifyPassword: VerifyPassword | undefined
  /** Absent where accounts of an upstream are no way in. */
  checkAccount: CheckAccount | undefined
}

/**
 * Checks a password in each place where people may have one, here first. What is wrong here is asked at the upstream
 * whoever has the name here, so that how long it takes tells nobody who does.
 * @param name as it is counted; undefined for what can't be one.
 */
export function openPasswordCheck({ slots, verifyPassword, checkAccount }: PasswordCheckTools) {
  return async function checkEverywhere(
    applicant: Applicant,
    name: string | undefined,
    password: string,
  ): Promise<CheckedPassword> {
    const user = verifyPassword && (await slots.run(applicant, () => verifyPassword(name ?? '', password)))
    if (user) return { kind: 'right', user }
    return checkAccount && name !== undefined ? checkAccount(applicant, name, password) : { kind: 'wrong' }
  }
}
