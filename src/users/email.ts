import { UserError } from './users.ts'

/** Ends the sentence "expected ...". */
export const EMAIL_FORM = 'ASCII without spaces, with one @ and at most 254 characters'

/**
 * An e-mail address as clients take it: ASCII, with the host of one of another script as its DNS name (`xn--...`). Nobody
 * has tried whether it reaches anybody. @throws UserError @see RFC 5322 section 3.4.1, RFC 5321 section 4.5.3.1.3
 */
export function requireEmail(typed: string): string {
  if (typed.length <= 254 && /^[!#-;=?A-~]+@[!#-;=?A-~]+$/.test(typed)) return typed
  throw new UserError(`An e-mail address is ${EMAIL_FORM}; "${typed}" is not.`)
}
