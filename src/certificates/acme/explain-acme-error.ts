import { OrderError } from './order.ts'

/** The words of a CA about what went wrong. @see RFC 7807, RFC 8555 section 6.7 */
export interface Problem {
  type?: string
  detail?: string
  subproblems?: { detail?: string; identifier?: { value?: string } }[]
}

/** The last answer, where there was one. */
export interface Failure {
  status: number
  problem: unknown
  retryAfterMs: number | undefined
}

export interface Attempt {
  doing: string
  /** Of the CA. */
  host: string
  last: Failure | undefined
}

const PREFIX = 'urn:ietf:params:acme:error:'
const QUOTE_LIMIT_CHARACTERS = 500

/** What to do, by what the CA calls it. */
const ADVICE: Record<string, string> = {
  rateLimited: 'That is a limit of the CA, which passes by itself; each further try before that prolongs it.',
  rejectedIdentifier:
    'The CA gives no certificates for this name: is it a public one, and spelt right, in "tls.names"?',
  unsupportedIdentifier: 'The CA gives no certificates for this name: "tls.names" says which are asked for.',
  invalidContact: 'Mend "tls.email", or leave it out.',
  unsupportedContact: 'Mend "tls.email", or leave it out.',
  caa: 'A CAA record in the DNS of the name lets other CAs only: add this one, or take the record out.',
  dns: 'The CA could not look the name up: does its DNS answer, from outside too?',
  connection:
    'The CA could not reach this gateway: does the router forward port 443 (with http-01: 80) to it, and is its firewall open?',
  unauthorized: 'Somebody else answered than this gateway: does the name lead here, by IPv6 too?',
  incorrectResponse: 'Somebody else answered than this gateway: does the name lead here, by IPv6 too?',
  tls: 'The handshake with this gateway failed: does something in front of it end TLS itself?',
  userActionRequired:
    'The CA wants something of its account holder first, such as new terms of service to be accepted.',
  externalAccountRequired:
    'This CA wants an account made at its web site first: make one, and write the credentials for EAB that it shows there into "tls.eab". Some take them once only, or for some days: then make new ones.',
}

/** By the codes of Node's, of what kept a CA from being reached. */
const UNREACHABLE: Record<string, string> = {
  ENOTFOUND: 'Is this machine online, and "tls.directory" right?',
  EAI_AGAIN: 'The DNS that this machine asks does not answer: is it online?',
  ECONNREFUSED: 'Nobody listens there: is the CA down, or "tls.directory" wrong?',
  ECONNABORTED: 'It did not answer in time: is this machine online?',
}
const UNTRUSTED = 'Name the roots that it is to be trusted by in "tls.ca", if it is a CA of your own.'
const OUT_OF_DATE = 'Is the clock of this machine right ("timedatectl" shows it)?'

/** Some CAs call it `unauthorized` when nobody answered them at all. */
const NOBODY_ANSWERED = /failed to connect|connection refused|timed? ?out/i

/** Some call credentials that are wrong or used up `unauthorized`, others `malformed`. */
const ABOUT_EXTERNAL_ACCOUNT = /external.?account|\bEAB\b/i

/** @param code Node's, of why the certificate of a CA itself was not believed. */
export function adviceForUntrusted(code: string): string {
  return code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID' ? OUT_OF_DATE : UNTRUSTED
}

/** In words for a person, and as much as the next try has to know. */
export function explainAcmeError({ doing, host, last }: Attempt, error: NodeJS.ErrnoException): OrderError {
  if (last && last.status >= 400) {
    const problem = problemIn(last.problem)
    const { retryAfterMs } = last
    if (!problem) return new OrderError(`${doing}: ${host} answered ${last.status}.`, { retryAfterMs }, error)
    return new OrderError(`${doing}: ${sayProblem(host, problem)}`, { reason: reasonOf(problem), retryAfterMs }, error)
  }
  // Of the code that reads an answer, which lacks what it has to have.
  if (error instanceof TypeError && error.code === undefined)
    return new OrderError(`${doing}: ${host} answered what no CA does. Is "tls.directory" right?`, {}, error)
  const { code = '', message } = error
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code))
    return new OrderError(
      `${doing}: the certificate of ${host} is not trusted (${code}). ${adviceForUntrusted(code)}`,
      {},
      error,
    )
  const isUnreached = code in UNREACHABLE || /^E[A-Z]+$/.test(code)
  if (!isUnreached) return new OrderError(`${doing}: ${message || code}. Is "tls.directory" right?`, {}, error)
  const advice = UNREACHABLE[code] ?? 'Is this machine online?'
  return new OrderError(`${doing}: ${host} is not reached: ${message || code}. ${advice}`, {}, error)
}

/** @param who says it. @returns one or more sentences, with what to do. */
export function sayProblem(who: string, problem: Problem): string {
  const reason = reasonOf(problem)
  const details = (problem.subproblems ?? []).map(({ identifier, detail = '' }) => `${identifier?.value}: ${detail}`)
  const said = quote([problem.detail ?? '', ...details].filter(Boolean).join('; '))
  return `${who} says "${said}" (${quote(reason ?? 'no code')}). ${ADVICE[kindOf(reason, said)] ?? ''}`.trimEnd()
}

/** What it is about, which the code alone doesn't tell. */
function kindOf(reason = '', said: string): string {
  if (ABOUT_EXTERNAL_ACCOUNT.test(said)) return 'externalAccountRequired'
  return reason === 'unauthorized' && NOBODY_ANSWERED.test(said) ? 'connection' : reason
}

export function reasonOf({ type }: Problem): string | undefined {
  return typeof type === 'string' ? type.replace(PREFIX, '') : undefined
}

function problemIn(data: unknown): Problem | undefined {
  if (typeof data !== 'object' || data === null || !('type' in data || 'detail' in data)) return undefined
  const { type, detail, subproblems } = data as Problem
  return {
    ...(typeof type === 'string' && { type }),
    ...(typeof detail === 'string' && { detail }),
    ...(Array.isArray(subproblems) && { subproblems }),
  }
}

/** What somebody else said, on one line. */
function quote(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, QUOTE_LIMIT_CHARACTERS)
}
