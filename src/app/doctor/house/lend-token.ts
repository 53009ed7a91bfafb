import type { Environment } from '../../../config/environment.ts'
import type { Client } from '../../../config/schema.ts'
import { newGrantId } from '../../../oauth/grants/grants.ts'
import { hashSecret, newSecret } from '../../../secrets/secret.ts'
import type { UserRecord } from '../../../store/records.ts'
import type { Store } from '../../../store/store.ts'
import type { Audit } from '../../../telemetry/audit.ts'

/** If the doctor is killed before it has ended it. Milliseconds. */
const LIFETIME_MS = 60_000

export interface Lending {
  store: Store
  environment: Environment
  audit: Audit
  user: UserRecord
  client: Client
  scopes: string[]
}

/**
 * A token of the doctor's own, with a grant of its own and no refresh token, for as long as it is used. Whoever may write
 * the database, as who runs the doctor may, could make any token: this opens no door that was closed. It is written down
 * first, it never leaves this process but to the gateway, both rows are gone afterwards, and end by themselves otherwise.
 * docs/decisions/doctor-house.md
 * @throws StorageError, and what `use` throws.
 */
export async function lendToken<T>(lending: Lending, use: (token: string) => Promise<T>): Promise<T> {
  const { store, environment, audit, user, client, scopes } = lending
  const issuedAt = environment.now()
  const expiresAt = issuedAt + LIFETIME_MS
  const token = newSecret(environment)
  const id = hashSecret(token)
  const grant = newGrantId(environment, user.id)
  const record = {
    ...{ revision: 1, userName: user.name, userId: user.id, client: client.id, scopes },
    ...{ createdAt: issuedAt, lastUsedAt: issuedAt },
  }
  const detail = 'skillgate doctor gave itself a token for a minute at the most, to try what Alexa sends'
  audit({ event: 'examined', user: user.name, client: client.id, grant, scopes, detail })
  try {
    await store.insert('access', id, { grant, scopes, issuedAt, expiresAt }, expiresAt, [
      { kind: 'grant', id: grant, value: record, expiresAt },
    ])
    return await use(token)
  } finally {
    await store.delete('grant', grant)
    await store.delete('access', id)
  }
}
