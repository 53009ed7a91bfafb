/** Ends the sentence "expected ...". */
export const NAME_FORM = '1 to 64 ASCII letters, digits and . - _ @'

/**
 * The one spelling under which a user is found, or undefined for what can't be a name. ASCII only, so that no
 * look-alike can stand beside a name.
 */
export function canonicalName(name: string): string | undefined {
  return /^[A-Za-z0-9._@-]{1,64}$/.test(name) ? name.toLowerCase() : undefined
}

/** Stands between an upstream and a name there, in the names of users who have their account there: no other has one. */
export const ACCOUNT_MARK = ':'

/**
 * The one spelling in which a name of an account elsewhere is tried and counted, or undefined for what can't be one. As
 * Music Assistant makes it; but that would also take away control characters around it, and then each would be a name
 * with guesses of its own.
 */
export function accountName(name: string): string | undefined {
  const spelled = name.trim().toLowerCase()
  return /^\P{C}{1,64}$/u.test(spelled) && spelled.trim() === spelled ? spelled : undefined
}

/** What somebody is called here who has an account there: as much of the name as may stand in a header. */
export function nameHere(upstream: string, name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._@-]+/g, '-')
  return `${upstream}${ACCOUNT_MARK}${plain.replace(/^-+|-+$/g, '').slice(0, 64) || 'somebody'}`
}
