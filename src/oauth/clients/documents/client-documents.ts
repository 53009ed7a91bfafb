import type { Environment } from '../../../config/environment.ts'
import type { FetchPublicDocument } from '../../../net/fetch-public-document.ts'
import type { Store } from '../../../store/store.ts'
import type { Audit } from '../../../telemetry/audit.ts'
import type { RegisteredClient } from '../clients.ts'

/**
 * Clients that nobody registered: their `client_id` is the URL of a document in which they say what they are.
 * @see draft-ietf-oauth-client-id-metadata-document
 */
export interface ClientDocuments {
  /** Whether such a client may be known here: an https URL as it has to be, at a domain that is allowed. Asks nobody. */
  mayBe: (id: string) => boolean
  /**
   * What the document says, freshly read or remembered. Says of an id that can't be one, or is at a domain that isn't
   * allowed, why: so whatever `meansDocument` belongs here.
   * @param address whoever makes the gateway look; undefined where it isn't known.
   * @throws OAuthError where there is no such document, or it doesn't count.
   */
  read: (id: string, address: string | undefined) => Promise<DocumentedClient>
}

export interface ClientDocumentsOptions extends Pick<Environment, 'now' | 'monotonic'> {
  /** How often an address may make the gateway look is counted there. */
  store: Store
  audit: Audit
  /** `claude.ai` is that host alone, `*.example.org` every host below it, `*` any host. In lower case. */
  domains: readonly string[]
  /** `fetchPublicDocument` for the real thing. */
  fetch: FetchPublicDocument
}

/** What a client says of itself in its document, as far as it can be believed and had here. */
export interface DocumentedClient extends Pick<RegisteredClient, 'id' | 'name' | 'redirect_uris' | 'grant_types'> {
  /** Those that it names; undefined where it names none, which means all that it may have. */
  scopes: string[] | undefined
}
