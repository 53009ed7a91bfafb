/** Ends the sentence "expected ...". */
export const NAME_FORM = '1 to 64 ASCII letters, digits and . - _ @'

/**
 * The one spelling under which a user is found, or undefined for what can't be a name. ASCII only, so that no
 * look-alike can stand beside a name.
 */
export function canonicalName(name: string): string | undefined {
  return /^[A-Za-z0-9._@-]{1,64}$/.test(name) ? name.toLowerCase() : undefined
}
