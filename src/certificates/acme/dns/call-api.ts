import { dnsFailure } from './dns-failure.ts'

/** Of one request, with its answer. */
const TIMEOUT_MS = 30_000
/** In bytes; answers have a few thousand. */
const ANSWER_LENGTH_LIMIT = 1_000_000

export interface ApiAnswer {
  status: number
  text: string
  retryAfter: string | null
}

export interface ApiCall {
  /** As the error should call it. */
  who: string
  url: string
  method?: string
  token?: string | undefined
  /** Sent as JSON. */
  body?: unknown
  fetch: typeof fetch
}

/** Whatever the status. A redirect isn't followed: the token is for one server only. @throws CertificateError dns_failed */
export async function callApi({ who, url, method = 'GET', token, body, fetch }: ApiCall): Promise<ApiAnswer> {
  const headers = {
    'User-Agent': 'Skillgate',
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  }
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const response = await fetch(url, {
      ...{ method, headers, signal, redirect: 'manual' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await textOf(response), retryAfter: response.headers.get('retry-after') }
  } catch (error) {
    // What `fetch` itself says may have the URL in it, and that a token; its cause has a code and an address.
    const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
    const reason = signal.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : (code ?? message)
    const advice = `Can this machine reach ${new URL(url).origin}?`
    throw dnsFailure(who, `it can't be reached (${reason})`, advice)
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length > ANSWER_LENGTH_LIMIT) break
  }
  return Buffer.concat(chunks).toString()
}
