import type { ClientRecord } from '../../src/store/records.ts'

/** A client that registered itself with the token, when time began. */
export function clientRecord(change: Partial<ClientRecord> = {}): ClientRecord {
  return {
    name: 'App',
    public: true,
    redirectUris: ['https://app.example/back'],
    scopes: ['music.read'],
    grantTypes: ['authorization_code'],
    authMethods: [],
    createdAt: 0,
    ...change,
  }
}
