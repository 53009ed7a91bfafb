/** As much as the benchmark uses: the package brings no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export interface AdapterPayload {
    grantId?: string
    uid?: string
    userCode?: string
    [more: string]: unknown
  }

  export interface Adapter {
    upsert: (id: string, payload: AdapterPayload, expiresIn?: number) => Promise<void>
    find: (id: string) => Promise<AdapterPayload | undefined>
    findByUid: (uid: string) => Promise<AdapterPayload | undefined>
    findByUserCode: (userCode: string) => Promise<AdapterPayload | undefined>
    consume: (id: string) => Promise<void>
    destroy: (id: string) => Promise<void>
    revokeByGrantId: (grantId: string) => Promise<void>
  }

  export interface Configuration {
    adapter: (model: string) => Adapter
    findAccount: (context: unknown, id: string) => { accountId: string; claims: () => { sub: string } }
    [more: string]: unknown
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
  }
}
