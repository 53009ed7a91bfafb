/** The scopes that a `scope` names, each once, in its order. Spaces that part nothing count as none. @see RFC 6749 section 3.3 */
export function namedScopes(scope: string | undefined): string[] {
  return [...new Set((scope ?? '').split(' ').filter((name) => name !== ''))]
}
