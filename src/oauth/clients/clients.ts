import type { Client, Lifetimes } from '../../config/schema.ts'
import { hashSecret, isSecret, sameSecret } from '../../secrets/secret.ts'
import type { ClientRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import type { Parameters } from '../checks/parameters.ts'
import { deny } from '../deny.ts'
import { lifetimesOf, type TokenLifetimes } from '../grants/lifetimes.ts'
import type { ClientDocuments } from './documents/client-documents.ts'
import { documentedClients } from './documents/documented-clients.ts'
import { meansDocument } from './documents/means-document.ts'
import { selfRegisteredClient } from './registered/self-registered-client.ts'

/** A client that may ask people for access, or about tokens. */
export interface RegisteredClient extends Omit<Client, 'secret' | 'lifetimes'> {
  /** A public one has none. */
  secretHash?: string
  lifetimes: TokenLifetimes
  /** It registered itself: nobody has checked its name. */
  selfRegistered?: true
  /** Its id is the URL of the document that says what it is: whoever has its host has written its name. */
  documented?: true
  /**
   * Its row as it is to be once somebody has approved it: written in the same step as what they approved. Absent where
   * that changes nothing.
   */
  rowOnceApproved?: ClientRecord
}

export interface Clients {
  /** Whether this text, wherever it was written, is the secret of one of the configured clients. */
  isSecret: (text: string) => boolean
  find: (id: string) => RegisteredClient | undefined | Promise<RegisteredClient | undefined>
  /**
   * The same for a client that is about to ask somebody: where it says what it is in a document, what that says now.
   * @param address whoever asks; undefined where it isn't known. @throws OAuthError where the document doesn't count.
   */
  findToAsk: (
    id: string,
    address: string | undefined,
  ) => RegisteredClient | undefined | Promise<RegisteredClient | undefined>
  /** The same, where the row of one that isn't configured is at hand, if there is one. */
  withRow: (id: string, row: ClientRecord | undefined) => RegisteredClient | undefined
}

/** What counts for those that aren't configured by the configuration of now, whenever they came. */
export interface Unconfigured {
  store: Store
  lifetimes: Lifetimes
  /** The limit of what they may ask people for. */
  scopes: string[]
}

/** The same of those that registered themselves. */
export interface OfRegistered extends Unconfigured {
  /** Whether those are known that registered with the initial access token; those that did so openly are in any case. */
  withToken: boolean
}

/** The same of those with a document. */
export interface Documented extends Unconfigured {
  documents: ClientDocuments
  now: () => number
}

/**
 * Those of the configuration, and those that registered themselves or have a document, if such may come.
 *
 * The row of one with a document is written when somebody approves it; from then on tokens go by that. Only who asks anew
 * is what its document says then.
 */
export function openClients(
  configured: RegisteredClient[],
  registered: OfRegistered | undefined,
  documented?: Documented,
): Clients {
  const byId = new Map(configured.map((client) => [client.id, client]))
  const lifetimes = registered && lifetimesOf(registered.lifetimes, { refresh: 'rotate', grant_types: [] })
  const withDocument = documented && documentedClients(documented)
  const fromRow = (id: string, row: ClientRecord | undefined) => {
    if (row?.documentReadAt !== undefined) return withDocument?.fromRow(id, row)
    return row && registered && lifetimes && (row.openly || registered.withToken)
      ? selfRegisteredClient(id, row, lifetimes, registered.scopes)
      : undefined
  }
  const { store } = registered ?? documented ?? {}
  const find = (id: string) => byId.get(id) ?? store?.get('client', id).then((row) => fromRow(id, row))
  const isSecretOfClient = (text: string) => configured.some(({ secretHash }) => matchesHash(text, secretHash))
  return {
    isSecret: (text) => isSecret(text) || isSecretOfClient(text),
    find,
    findToAsk: (id, address) => byId.get(id) ?? withDocument?.read(id, address) ?? find(id),
    withRow: (id, row) => byId.get(id) ?? fromRow(id, row),
  }
}

/** @throws OAuthError invalid_request; there is nowhere to redirect it to. */
export async function findClient(
  clients: Clients,
  parameters: Parameters,
  address: string | undefined,
): Promise<RegisteredClient> {
  const id = parameters.require('client_id')
  const client = await clients.findToAsk(id, address)
  if (!client) throw deny('client-unknown', unknownClient(clients, id))
  return client
}

/** For the log, where no secret may stand: one that was typed into the field of the id isn't repeated. */
export function unknownClient(clients: Clients, id: string): string {
  if (clients.isSecret(id)) return 'unknown client, whose client_id looks like a secret'
  const document = meansDocument(id) ? ': oauth.client_metadata_documents lets none come from there' : ''
  return `unknown client ${JSON.stringify(id.slice(0, 100))}${document}`
}

/** Whether a secret is the one of this hash. A client that has none costs what a wrong secret does. */
export function matchesHash(secret: string, hash: string | undefined): boolean {
  return sameSecret(hashSecret(secret), hash ?? '')
}
