import { LRUCache } from 'lru-cache'
import { countByAddress } from '../../../limits/count-by-address.ts'
import { openBudget } from '../../../limits/open-budget.ts'
import { DocumentProblem } from '../../../net/document-problem.ts'
import { deny } from '../../deny.ts'
import { OAuthError } from '../../oauth-error.ts'
import { allowsHost } from './allows-host.ts'
import { checkClientIdUrl, isClientIdUrl } from './check-client-id-url.ts'
import type { ClientDocuments, ClientDocumentsOptions, DocumentedClient } from './client-documents.ts'
import { freshFor } from './fresh-for.ts'
import { readClientDocument } from './read-client-document.ts'
import { isOutage, refusalOf } from './refusal-of.ts'

/** A home has a handful; whoever makes addresses up gets no more of them remembered. */
const DOCUMENTS_LIMIT = 200
const FAILURES_LIMIT = 400
/** Milliseconds in which what failed is not tried again. */
const FAILED_MS = 30_000
/** Milliseconds for which a document counts that was good, while its server can't be asked. */
const OUTAGE_MS = 86_400_000
/** At once, of clients that somebody has allowed something, and of others. */
const FETCHES_LIMIT = 4
/** Of others, all together: what is left over is kept for the next minute, as far as this goes. */
const STRANGE = { limit: 30, everyMs: 2000 }
/** So many of these are kept for networks from which nobody asked lately: few cannot use up those of a home. */
const KEPT_FOR_OTHERS = 10
/** Of others, by whom one address makes us ask within ten minutes. */
const ADDRESS_LIMIT = 20
/** Seconds. */
const BUSY_SECONDS = 5

interface KeptDocument {
  document: DocumentedClient
  readAt: number
  freshUntil: number
}

/** Of a stranger: what of the budget of all isn't there for this address, and why nothing is read for it, if so. */
interface Asking {
  kept: number
  refusal?: OAuthError
}

/**
 * Reads clients' documents, and remembers them. However many ask for one, it is fetched once; and whatever strangers ask for,
 * few are fetched at once, few in a minute, and few by one address. Those that somebody has allowed something have room of
 * their own: strangers can't add to them, and each is fetched twice a minute at the most.
 */
export function openClientDocuments(options: ClientDocumentsOptions): ClientDocuments {
  const { now, monotonic = () => performance.now(), store, audit, domains, fetch } = options
  const known = new LRUCache<string, KeptDocument>({ max: DOCUMENTS_LIMIT })
  const failures = new LRUCache<string, { error: OAuthError; until: number }>({ max: FAILURES_LIMIT })
  const pending = new Map<string, Promise<DocumentedClient>>()
  const busy = { approved: 0, strange: 0 }
  const spend = openBudget({ ...STRANGE, monotonic })

  async function find(id: string, address: string | undefined): Promise<DocumentedClient> {
    const url = checkClientIdUrl(id)
    const { hostname: host } = url
    if (!allowsHost(domains, host))
      throw deny('client-domain-not-allowed', { host, detail: `${host} is not in domains` })
    try {
      return await (remembered(id) ?? pending.get(id) ?? begin(url, address))
    } catch (error) {
      const before = known.get(id)
      const counts = error instanceof OAuthError && before && monotonic() - before.readAt < OUTAGE_MS
      if (counts) return before.document
      throw error
    }
  }

  /** @throws OAuthError where it failed just now. */
  function remembered(id: string): DocumentedClient | undefined {
    const at = monotonic()
    const before = known.get(id)
    if (before && at < before.freshUntil) return before.document
    const failure = failures.get(id)
    if (failure && at < failure.until) throw failure.error
    return undefined
  }

  async function begin(url: URL, address: string | undefined): Promise<DocumentedClient> {
    const id = url.href
    const isApproved = (await store.get('client', id)) !== undefined
    const asking = isApproved ? undefined : await countAsking(address)
    // Somebody else may have begun meanwhile, or be done.
    const meanwhile = remembered(id) ?? pending.get(id)
    if (meanwhile) return meanwhile
    if (asking?.refusal) throw asking.refusal
    return fetchOnce(url, address, asking)
  }

  /** Before it is known to come to something: a good one takes as much. @returns the refusal where it is too much. */
  async function countAsking(address: string | undefined): Promise<Asking> {
    const counted = await countByAddress(store, now, 'document', address ?? 'unknown', ADDRESS_LIMIT)
    if (counted.kind === 'wait') return { kept: 0, refusal: tooMany(counted.seconds, `from ${address ?? 'unknown'}`) }
    return { kept: address !== undefined && counted.earlierAround === 0 ? 0 : KEPT_FOR_OTHERS }
  }

  /** @param asking of a stranger; absent for a client that somebody has allowed something. */
  function fetchOnce(url: URL, address: string | undefined, asking: Asking | undefined): Promise<DocumentedClient> {
    const kind = asking ? 'strange' : 'approved'
    if (busy[kind] >= FETCHES_LIMIT || (asking && !spend(asking.kept))) throw tooMany(BUSY_SECONDS, 'by all together')
    busy[kind]++
    const begun = fetchAndRead(url, address).finally(() => {
      busy[kind]--
      pending.delete(url.href)
    })
    pending.set(url.href, begun)
    return begun
  }

  async function fetchAndRead(url: URL, address: string | undefined): Promise<DocumentedClient> {
    const id = url.href
    try {
      const { bytes, cacheControl, age } = await fetch(url)
      const document = readClientDocument(bytes, url, domains)
      noteChange(document, address)
      const readAt = monotonic()
      known.set(id, { document, readAt, freshUntil: readAt + freshFor(cacheControl, age) })
      failures.delete(id)
      return document
    } catch (error) {
      if (!(error instanceof DocumentProblem) || !isOutage(error)) known.delete(id)
      const refusal = error instanceof DocumentProblem ? refusalOf(error, url) : error
      if (refusal instanceof OAuthError) failures.set(id, { error: refusal, until: monotonic() + FAILED_MS })
      throw refusal
    }
  }

  function noteChange(document: DocumentedClient, address: string | undefined): void {
    const { id, name, redirect_uris, scopes } = document
    const before = known.get(id)?.document
    if (before && JSON.stringify(before) === JSON.stringify(document)) return
    const detail = `${before ? 'changed: ' : ''}${name}: ${redirect_uris.join(' ') || 'a device'}`
    audit({ event: 'client_document_read', address, client: id, scopes, detail })
  }

  return {
    mayBe: (id) => isClientIdUrl(id) && allowsHost(domains, new URL(id).hostname),
    async read(id, address) {
      try {
        return await find(id, address)
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error
        const client = isClientIdUrl(id) ? id : undefined
        audit({ event: 'client_document_refused', address, client, detail: error.note })
        throw error
      }
    },
  }
}

function tooMany(seconds: number, whose: string): OAuthError {
  const detail = `too many metadata documents were asked for ${whose}`
  return deny('too-many-documents', { seconds: `${seconds}`, detail, headers: { 'Retry-After': `${seconds}` } })
}
