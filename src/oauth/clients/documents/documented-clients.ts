import type { ClientRecord } from '../../../store/records.ts'
import { lifetimesOf } from '../../grants/lifetimes.ts'
import type { Documented, RegisteredClient } from '../clients.ts'
import type { DocumentedClient } from './client-documents.ts'
import { meansDocument } from './means-document.ts'

/** Clients whose documents say what they are, as the configuration of now lets them come. */
export interface DocumentedClients {
  /** Undefined for what is no URL. @throws OAuthError where there is no such document here, or it doesn't count. */
  read: (id: string, address: string | undefined) => Promise<RegisteredClient> | undefined
  /** As somebody approved it; undefined where its domain is no longer allowed. Asks nobody. */
  fromRow: (id: string, row: ClientRecord) => RegisteredClient | undefined
}

type PublicKeys = 'public' | 'auth_methods' | 'pkce' | 'refresh' | 'resource_server' | 'lifetimes'

/** Nobody can keep a secret that stands in a document: they are public clients, all of them. */
export function documentedClients({ documents, lifetimes, scopes, store, now }: Documented): DocumentedClients {
  const isPublic: Pick<RegisteredClient, PublicKeys> = {
    ...{ public: true, auth_methods: [], pkce: 'required', refresh: 'rotate', resource_server: false },
    lifetimes: lifetimesOf(lifetimes, { refresh: 'rotate', grant_types: [] }),
  }

  async function readNow(id: string, address: string | undefined): Promise<RegisteredClient> {
    const document = await documents.read(id, address)
    const known = await store.get('client', id)
    const client = { ...document, scopes: scopesOf(document, scopes) }
    return { ...isPublic, ...client, documented: true, rowOnceApproved: approvedRow(client, now(), known) }
  }

  return {
    read: (id, address) => (meansDocument(id) ? readNow(id, address) : undefined),
    fromRow(id, { name, redirectUris: redirect_uris, grantTypes: grant_types }) {
      if (!documents.mayBe(id)) return undefined
      // What was approved says each grant; the document speaks when the client asks anew.
      return { ...isPublic, id, name, redirect_uris, grant_types, scopes, documented: true }
    },
  }
}

/** A document that names none of ours knows nothing of this gateway, and limits nothing that somebody may approve here. */
function scopesOf({ scopes: named }: DocumentedClient, allowed: string[]): string[] {
  const both = allowed.filter((scope) => named?.includes(scope))
  return both.length > 0 ? both : allowed
}

/** What is kept of a client once somebody has approved it. @param known its row of the last time. */
function approvedRow(
  {
    name,
    redirect_uris,
    scopes,
    grant_types,
  }: Pick<RegisteredClient, 'name' | 'redirect_uris' | 'scopes' | 'grant_types'>,
  now: number,
  known: ClientRecord | undefined,
): ClientRecord {
  return {
    name,
    public: true,
    redirectUris: redirect_uris,
    scopes,
    grantTypes: grant_types,
    authMethods: [],
    createdAt: known?.createdAt ?? now,
    documentReadAt: now,
  }
}
