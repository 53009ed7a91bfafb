import { whyNoApp } from './app-schemes.ts'

/** Ends the sentence "expected ...". */
export const REDIRECT_URI_FORM =
  'an https URI without a wildcard, user, or fragment (http for 127.0.0.1, [::1] and localhost only, or the scheme of an app such as com.example.app:/callback or cursor://app/callback)'

/** Whether codes may be sent there at all. @see RFC 9700 section 2.1, RFC 8252 section 7 */
export function checkRedirectUriForm(uri: string): boolean {
  const url = URL.parse(uri)
  if (!url || /[*#\\\s]|[^\x21-\x7e]/.test(uri) || url.username || url.password) return false
  if (url.protocol === 'https:') return /^https:\/\/[^/@]/.test(uri)
  if (url.protocol === 'http:') return /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)([:/?]|$)/.test(uri)
  return isOfApp(uri)
}

/**
 * Whether it opens an app by a scheme of its own, in small letters and followed by a path, a host or both: another app can
 * take the same scheme, so whoever goes there needs PKCE.
 */
export function isOfApp(uri: string): boolean {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/[^@]*$/.exec(uri) ?? []
  return scheme !== undefined && whyNoApp(scheme) === undefined
}
