import { Agent } from 'node:https'
import { type Authorization, axios, Client, crypto, type Order } from 'acme-client'
import { explainAcmeError, type Failure } from './explain-acme-error.ts'
import { type Directory, type ExternalAccount, OrderError } from './order.ts'
import { readRetryAfter } from './read-retry-after.ts'

export type { Authorization, Client, Order }

/** For each request; acme-client has none. */
const REQUEST_TIMEOUT_MS = 30_000
/** A chain has some kilobytes. */
const ANSWER_LIMIT_BYTES = 1_000_000

export interface Account {
  /** PEM */
  key: string
  /** Of one that is registered. */
  url?: string | undefined
  /** What it is registered with. */
  external?: ExternalAccount | undefined
}

export interface AcmeConnection {
  /** For how long the last answer asked to wait. Milliseconds. */
  retryAfterMs: () => number | undefined
  /** JSON of the CA's, by GET. */
  get: <Body>(url: string) => Promise<Body>
  client: (account: Account) => Client
  /**
   * Says in words what went wrong.
   * @param doing begins the sentence, such as `The account could not be registered`. @throws OrderError
   */
  attempt: <Result>(doing: string, run: () => Promise<Result>) => Promise<Result>
}

/** What the last answer was; acme-client keeps nothing of it but a sentence. */
let last: Failure | undefined

// It tries again by itself, after as long as the CA says, which may be a week, with nobody told.
axios.interceptors.request.clear()
axios.interceptors.response.clear()

/**
 * Speaks to a CA. acme-client has one connection for all of a process, so there is one of these at a time.
 * @param now milliseconds since 1970, for a CA that says until when to wait, not for how long.
 */
export function openAcmeConnection({ directory, roots, userAgent }: Directory, now: () => number): AcmeConnection {
  const { defaults, interceptors } = axios
  defaults.headers.common['User-Agent'] = userAgent
  defaults.timeout = REQUEST_TIMEOUT_MS
  defaults.maxContentLength = ANSWER_LIMIT_BYTES
  defaults.httpsAgent = new Agent(roots === undefined ? {} : { ca: roots })
  interceptors.response.clear()
  interceptors.response.use((answer) => {
    const { status, data, headers } = answer
    last = { status, problem: data, retryAfterMs: readRetryAfter(headers['retry-after'], now()) }
    return answer
  })
  return {
    retryAfterMs: () => last?.retryAfterMs,
    async get<Body>(url: string) {
      const { status, data } = await axios.get<Body>(url, { validateStatus: null })
      if (status >= 400) throw new Error(`answered ${status}`)
      return data
    },
    client: ({ key, url, external }) =>
      new Client({
        directoryUrl: directory,
        accountKey: key,
        ...(url !== undefined && { accountUrl: url }),
        ...(external !== undefined && { externalAccountBinding: external }),
      }),
    async attempt(doing, run) {
      last = undefined
      try {
        return await run()
      } catch (error) {
        if (error instanceof OrderError) throw error
        throw explainAcmeError({ doing, host: new URL(directory).host, last }, error as NodeJS.ErrnoException)
      }
    },
  }
}

/** What is signed with a certificate's own key, to ask for it. @param key PEM @returns PEM */
export async function signingRequest(names: string[], key: string): Promise<Buffer> {
  const [, request] = await crypto.createCsr({ altNames: names }, key)
  return request
}
