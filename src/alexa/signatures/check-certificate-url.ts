import { refuse } from './refuse.ts'

const LENGTH_LIMIT = 500

/** Nothing that a parser would drop, turn round or decode: no spaces and controls, no backslash, and nothing encoded. */
const PLAIN = /^https:\/\/[A-Za-z0-9][A-Za-z0-9._~:/-]+$/i

/** Nothing of a path may be decoded by S3 that was not by us. `%2e%2e` is gone by now, as `..` is. */
const PATH = /^\/echo\.api\/[A-Za-z0-9._~/-]*[A-Za-z0-9]$/

/**
 * Whether Amazon could have sent this as the address of its certificates.
 * @param text the value of `SignatureCertChainUrl`. @returns exactly what is fetched then.
 * @throws GatewayError skill_request_refused
 */
export function checkCertificateUrl(text: string): URL {
  const wrong = (what: string) => refuse('certificate-url', `${what}: ${JSON.stringify(text.slice(0, LENGTH_LIMIT))}`)
  if (text.length > LENGTH_LIMIT) return wrong(`more than ${LENGTH_LIMIT} characters`)
  const url = URL.parse(text)
  if (!url) return wrong('no URL')
  if (url.protocol !== 'https:') return wrong('not https')
  if (url.hostname !== 's3.amazonaws.com') return wrong('another host')
  if (url.port !== '') return wrong('another port')
  if (!PLAIN.test(text) || url.username !== '' || url.password !== '') return wrong('not in plain characters')
  // As the parser has resolved it: what is fetched.
  if (!PATH.test(url.pathname) || url.search !== '' || url.hash !== '') return wrong('another path')
  return url
}
