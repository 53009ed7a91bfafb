import type { ClientRecord } from '../../../store/records.ts'
import type { TokenLifetimes } from '../../grants/lifetimes.ts'
import type { RegisteredClient } from '../clients.ts'

/** One that registered itself, as the configuration of now has it. @param allowed the limit of what it may ask people for. */
export function selfRegisteredClient(
  id: string,
  record: ClientRecord,
  lifetimes: TokenLifetimes,
  allowed: string[],
): RegisteredClient {
  return {
    id,
    name: record.name,
    public: record.public,
    secretHash: record.secretHash,
    redirect_uris: record.redirectUris,
    scopes: record.scopes.filter((scope) => allowed.includes(scope)),
    grant_types: record.grantTypes,
    auth_methods: record.authMethods,
    pkce: 'required',
    refresh: 'rotate',
    resource_server: false,
    lifetimes,
    selfRegistered: true,
    ...(record.openly && record.expiresAt !== undefined && { rowOnceApproved: approved(record) }),
  }
}

/** One that registered openly stays from then on. */
function approved({ expiresAt: _, ...record }: ClientRecord): ClientRecord {
  return { ...record, approved: true }
}
