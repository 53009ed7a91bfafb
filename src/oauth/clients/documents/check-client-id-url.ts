import { isIP } from 'node:net'
import { deny } from '../../deny.ts'

const CHARACTERS_LIMIT = 1000
/** @see RFC 1035 section 2.3.4 */
const NAME_LIMIT = 253

/** Of a name in the DNS, in lower case; a name has two or more. */
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/** What may stand in a path as it is, without `*`, or is encoded in full. @see RFC 3986 section 3.3 */
const PATH = /^(?:[A-Za-z0-9._~!$&'()+,;=:@/-]|%[0-9A-Fa-f]{2})+$/

/** What a server may take for another path once it has decoded it: dots, slashes, and what can't be seen. */
const DECEIVING = /%(?:2e|2f|5c|25|[01][0-9a-f]|7f)/i

/**
 * The URL that a client calls itself by: spelled in the one way that browsers spell it, since clients are told apart letter
 * by letter. So `:443` isn't there either, nor a capital letter in the host.
 * @throws OAuthError invalid_request @see draft-ietf-oauth-client-id-metadata-document section 3
 */
export function checkClientIdUrl(id: string): URL {
  const problem = clientIdUrlProblem(id)
  if (problem === undefined) return new URL(id)
  // Not repeated: there may be a password in it.
  throw deny('client-id-url-wrong', `client_id of ${id.length} characters: ${problem}`)
}

/** Whether a client_id is one, so that it may stand in the audit trail: there is no place for a secret in it. */
export function isClientIdUrl(id: string): boolean {
  return clientIdUrlProblem(id) === undefined
}

/** What is wrong with it, for the log. */
function clientIdUrlProblem(id: string): string | undefined {
  if (id.length > CHARACTERS_LIMIT) return `more than ${CHARACTERS_LIMIT}`
  const url = URL.parse(id)
  if (!url) return 'no URL'
  if (url.protocol !== 'https:') return 'not https'
  if (url.username !== '' || url.password !== '') return 'a user or a password'
  if (url.port !== '') return 'another port than 443'
  if (id.includes('#')) return 'a fragment'
  if (id.includes('?')) return 'a query'
  if (url.href !== id) return 'spelled otherwise than a browser would'
  if (url.pathname === '/') return 'no path'
  if (!PATH.test(url.pathname)) return 'a character that is not for paths'
  if (DECEIVING.test(url.pathname)) return 'a dot, slash, percent or control character that is encoded'
  return isPublicName(url.hostname) ? undefined : 'no name in the DNS'
}

function isPublicName(host: string): boolean {
  const labels = host.split('.')
  return isIP(host) === 0 && host.length <= NAME_LIMIT && labels.length > 1 && labels.every((one) => LABEL.test(one))
}
