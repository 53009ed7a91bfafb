import { isObject } from '../../../http/is-object.ts'
import { readUnambiguousJson } from '../../../http/read-unambiguous-json.ts'
import { namedScopes } from '../../checks/named-scopes.ts'
import { deny } from '../../deny.ts'
import { GRANT_TYPES } from '../../grant-types.ts'
import {
  isListOfText,
  readGrantTypes,
  readName,
  readRedirectUris,
  readResponseTypes,
  readScopeText,
} from '../read-client-metadata.ts'
import { allowsHost, isBelow } from './allows-host.ts'
import type { DocumentedClient } from './client-documents.ts'

/** More than a document has that means what it says. */
const JSON_LIMITS = { depth: 8, values: 500 }

/**
 * What a client says of itself, without all that it can't have here. Nothing else of it is looked at: no picture of its own,
 * no page, no key.
 * @param url where the document was, which is the client's id.
 * @param domains what other hosts people may be sent to by it.
 * @throws OAuthError invalid_client_metadata, invalid_redirect_uri
 */
export function readClientDocument(bytes: Uint8Array, url: URL, domains: readonly string[]): DocumentedClient {
  const { href: id, hostname: host } = url
  const document = readObject(bytes, host)
  checkIsOf(document.client_id, url)
  checkNeedsNoProof(document, host)
  const grantTypes = readGrantTypes(document.grant_types)
  const sendsBack = grantTypes.includes('authorization_code')
  if (sendsBack) readResponseTypes(document.response_types)
  const redirectUris = sendsBack ? readRedirectUris(document.redirect_uris) : []
  for (const uri of redirectUris) checkIsOwn(uri, host, domains)
  const scopes = namedScopes(readScopeText(document.scope))
  return {
    id,
    name: readName(document.client_name) ?? host,
    redirect_uris: redirectUris,
    grant_types: grantTypes.map((type) => GRANT_TYPES[type]),
    scopes: scopes.length > 0 ? scopes : undefined,
  }
}

function readObject(bytes: Uint8Array, host: string): Record<string, unknown> {
  const read = readUnambiguousJson(bytes, JSON_LIMITS)
  if ('problem' in read) throw deny('document-not-json', { host, detail: `${host}: ${read.problem}` })
  if (!isObject(read.value)) throw deny('document-not-json', { host, detail: `${host}: no object` })
  return read.value
}

/** Byte for byte, or anybody could show the document of somebody else as their own. */
function checkIsOf(given: unknown, { href, hostname: host }: URL): void {
  if (given === href) return
  const whose = typeof given === 'string' ? JSON.stringify(given.slice(0, 200)) : `of type ${typeof given}`
  throw deny('document-of-another', { host, detail: `${href} has the client_id ${whose}` })
}

/**
 * A secret in a public document is none. Some that would rather prove themselves by a key do without where the metadata of
 * the server doesn't offer it, and say so (ChatGPT): that is taken.
 * @see draft-ietf-oauth-client-id-metadata-document section 4.1
 */
function checkNeedsNoProof(document: Record<string, unknown>, host: string): void {
  const { client_secret, client_secret_expires_at, token_endpoint_auth_method: method } = document
  if (client_secret !== undefined || client_secret_expires_at !== undefined)
    throw deny('document-with-secret', { host, detail: `${host}: client_secret or client_secret_expires_at` })
  if (method === undefined || method === null || method === 'none') return
  const named = typeof method === 'string' ? JSON.stringify(method.slice(0, 100)) : `of type ${typeof method}`
  const detail = `${host}: token_endpoint_auth_method ${named}`
  if (typeof method !== 'string' || method.startsWith('client_secret'))
    throw deny('document-with-secret', { host, detail })
  const { token_endpoint_auth_methods_supported: others } = document
  if (!isListOfText(others) || !others.includes('none')) throw deny('document-wants-proof', { host, detail })
}

/**
 * On the web only to where the client is, below it, or to what the configuration names besides; `*` names nobody. To the
 * person's own machine, and to an app on it, always: there is no telling whose that is.
 */
function checkIsOwn(uri: string, host: string, domains: readonly string[]): void {
  const { protocol, hostname: other } = new URL(uri)
  if (protocol !== 'https:' || other === host || isBelow(other, host)) return
  const named = domains.filter((domain) => domain !== '*')
  if (allowsHost(named, other)) return
  throw deny('document-sends-elsewhere', { host, detail: `${host}: ${JSON.stringify(uri)} among redirect_uris` })
}
