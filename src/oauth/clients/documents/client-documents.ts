import type { RegisteredClient } from '../clients.ts'

/**
 * Clients that nobody registered: their `client_id` is the URL of a document in which they say what they are.
 * @see draft-ietf-oauth-client-id-metadata-document
 */
export interface ClientDocuments {
  /** Whether such a client may be known here: an https URL as it has to be, at a domain that is allowed. Asks nobody. */
  mayBe: (id: string) => boolean
  /**
   * What the document says, freshly read or remembered.
   * @param address whoever makes the gateway look; undefined where it isn't known.
   * @throws OAuthError where there is no such document, or it doesn't count.
   */
  read: (id: string, address: string | undefined) => Promise<DocumentedClient>
}

/** What a client says of itself in its document, as far as it can be believed and had here. */
export interface DocumentedClient extends Pick<RegisteredClient, 'id' | 'name' | 'redirect_uris' | 'grant_types'> {
  /** Those that it names; undefined where it names none, which means all that it may have. */
  scopes: string[] | undefined
}
