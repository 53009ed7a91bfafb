import type { Problem } from '../../pages/problem.ts'
import type { SignInState } from '../../pages/sign-in-page.ts'
import type { SignInOutcome } from '../resource-owners.ts'

/** The `Set-Cookie` headers that go with the answer to a try to sign in. */
export function cookiesOf(outcome: SignInOutcome | undefined): string[] {
  if (outcome?.kind === 'signed-in') return outcome.cookies
  const cookies = outcome?.kind === 'second-factor' ? [outcome.cookie] : []
  return outcome && 'known' in outcome && outcome.known !== undefined ? [...cookies, outcome.known] : cookies
}

/** What of a try to sign in a page has to tell. @param state the one in which somebody tried. */
export function problemOf(outcome: SignInOutcome, state: SignInState): Problem | undefined {
  switch (outcome.kind) {
    case 'wrong':
      return { kind: state === 'second-factor' ? 'wrong-code' : 'wrong-password' }
    case 'expired':
    case 'wrong-unlock-code':
    case 'guest':
    case 'account-disabled':
    case 'unreachable':
      return { kind: outcome.kind }
    case 'wait':
    case 'account-wait':
      return { kind: outcome.kind, seconds: outcome.seconds }
    default:
      return undefined
  }
}
