import type { Identity } from '../../http/identity.ts'

/** What people sign in with at an upstream where each has an account of their own. */
export interface OwnTokens {
  /**
   * The value of `Authorization` for somebody; undefined for whoever has no account there: then what the gateway itself
   * has counts.
   * @throws GatewayError upstream_refused_person where their link there is over; others while that can't be told.
   */
  credentialsOf: (identity: Identity) => string | undefined | Promise<string | undefined>
  /**
   * Who somebody is there, by what they sign in with; undefined where that isn't known for sure. Not remembered, for few
   * ask for it. @throws StorageError
   */
  accountOf: (identity: Identity) => Promise<{ userId: string; name: string } | undefined>
  /**
   * To be called when the upstream has answered 401 to these credentials, which were somebody's own: whether they are over
   * is looked into, and they are renewed if that can be.
   * @returns whether the client is to be told that its own are no good; only once for the same credentials, so that none
   * asks again and again.
   */
  noteRefused: (identity: Identity, credentials: string) => boolean
}
