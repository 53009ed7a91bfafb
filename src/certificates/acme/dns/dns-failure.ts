import { CertificateError } from '../../certificate-error.ts'

/** In characters: what a provider says may be a page of HTML. */
const QUOTE_LENGTH_LIMIT = 300

/**
 * @param who the provider. @param what it said, or what went wrong with it. @param advice what to do, in a sentence.
 */
export function dnsFailure(who: string, what: string, advice: string, cause?: unknown): CertificateError {
  return new CertificateError('dns_failed', `${who}: ${what.replace(/[.:]?\s*$/, '')}. ${advice}`, cause)
}

/** What somebody else said, short, on one line, and without the secrets that it may repeat. */
export function quoted(text: string, secrets: (string | undefined)[] = []): string {
  let shown = text
  for (const secret of secrets) if (secret) shown = shown.replaceAll(secret, '[hidden]')
  const line = shown
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, QUOTE_LENGTH_LIMIT)
  return line === '' ? 'nothing' : `"${line}"`
}
