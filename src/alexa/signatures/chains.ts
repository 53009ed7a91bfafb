import { LRUCache } from 'lru-cache'
import { GatewayError } from '../../http/gateway-error.ts'
import { openBudget } from '../../limits/open-budget.ts'
import { checkChain, type SigningKey } from './check-chain.ts'
import type { FetchChain } from './fetch-chain.ts'
import type { TrustedRoots } from './trusted-roots.ts'

/** Amazon signs with one certificate at a time, and has another for a while when it is about to end. */
const CHAINS_LIMIT = 20
/** After so long a chain is fetched anew, while the one that is there goes on being used. Milliseconds. */
const FRESH_MS = 86_400_000
/** Whoever makes addresses up gets no more of them remembered. */
const FAILURES_LIMIT = 400
/** Milliseconds for which an address is not fetched again that had no good chain, and one that could not be had. */
const REFUSED_MS = 60_000
const UNAVAILABLE_MS = 5000
/** At once, of usual addresses and of others. */
const FETCHES_LIMIT = 4
/**
 * As Amazon has called its files for years. There are 200 such names, each of which is fetched once a minute at the most
 * while it is refused, so strangers can't use up what the real one needs: after a start it isn't known yet.
 */
const USUAL = /^\/echo\.api\/echo-api-cert-(?:\d|[1-9]\d)(?:-ats)?\.pem$/
/** Of addresses that never had a good chain. What is left over is kept for the next minutes, as far as this goes. */
const STRANGE_FETCHES = 20
const STRANGE_FETCH_EVERY_MS = 3000

/**
 * The key of the chain at an address. @param url that was checked.
 * @throws GatewayError skill_request_refused, chain_unavailable
 */
export type KeyAt = (url: URL) => SigningKey | Promise<SigningKey>

export interface ChainsOptions {
  fetchChain: FetchChain
  roots: TrustedRoots
  /** Milliseconds since 1970. */
  now: () => number
  /** Milliseconds of a clock that only counts on. */
  monotonic: () => number
}

interface Known {
  signing: SigningKey
  checkedAt: number
}

/**
 * Remembers chains until they expire. However many ask for one, it is fetched once; and whatever strangers ask for, few
 * are fetched at once, and few in a minute.
 */
export function openChains({ fetchChain, roots, now, monotonic }: ChainsOptions): KeyAt {
  const known = new LRUCache<string, Known>({ max: CHAINS_LIMIT })
  const failures = new LRUCache<string, { error: unknown; until: number }>({ max: FAILURES_LIMIT })
  const pending = new Map<string, Promise<SigningKey>>()
  const busy = { usual: 0, strange: 0 }
  const spend = openBudget({ limit: STRANGE_FETCHES, everyMs: STRANGE_FETCH_EVERY_MS, monotonic })

  function keyAt(url: URL): SigningKey | Promise<SigningKey> {
    const found = known.get(url.href)
    if (!found || !isGoodAt(found.signing, now())) return fetchOnce(url)
    // Nobody waits for it, and until it comes to something nothing changes.
    if (monotonic() - found.checkedAt >= FRESH_MS && !failedLately(url)) fetchOnce(url).catch(() => {})
    return found.signing
  }

  function fetchOnce(url: URL): Promise<SigningKey> {
    const fetching = pending.get(url.href)
    if (fetching) return fetching
    const failure = failedLately(url)
    if (failure) return Promise.reject(failure.error)
    const kind = USUAL.test(url.pathname) || known.has(url.href) ? 'usual' : 'strange'
    if (busy[kind] >= FETCHES_LIMIT || (kind === 'strange' && !spend())) return Promise.reject(tooMany(url))
    busy[kind]++
    const begun = fetchAndCheck(url).finally(() => {
      busy[kind]--
      pending.delete(url.href)
    })
    pending.set(url.href, begun)
    return begun
  }

  async function fetchAndCheck(url: URL): Promise<SigningKey> {
    try {
      const signing = checkChain(await fetchChain(url), roots, now())
      known.set(url.href, { signing, checkedAt: monotonic() })
      return signing
    } catch (error) {
      const isRefused = error instanceof GatewayError && error.code === 'skill_request_refused'
      if (isRefused) known.delete(url.href)
      failures.set(url.href, { error, until: monotonic() + (isRefused ? REFUSED_MS : UNAVAILABLE_MS) })
      throw error
    }
  }

  function failedLately({ href }: URL) {
    const failure = failures.get(href)
    return failure && failure.until > monotonic() ? failure : undefined
  }

  return keyAt
}

/** Whether the certificates that vouch for a key are good then. Milliseconds since 1970. */
export function isGoodAt({ from, until }: SigningKey, at: number): boolean {
  return from <= at && at <= until
}

function tooMany({ pathname }: URL): GatewayError {
  return new GatewayError('chain_unavailable', `${pathname}: too many others are being fetched`, { 'Retry-After': '5' })
}
