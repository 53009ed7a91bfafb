/**
 * What a grant is to act with at an upstream where people have accounts of their own. It is made when somebody consents,
 * before there is a grant; where none comes of it, it is ended again.
 */
export interface GrantTokens {
  /** Whose account is where, and so whether this has anything to do. */
  mint: (wanted: WantedToken) => Promise<Minting>
}

export interface WantedToken {
  /** The id that the grant is to have. */
  grant: string
  userName: string
  userId: string
  clientName: string
  /** Until when the grant may begin. Milliseconds since 1970. */
  until: number
}

export type Minting =
  /** `none`: this person has no account anywhere. */
  | { kind: 'made' | 'none' }
  /**
   * `unreachable`: the server there doesn't answer. `forgotten`: it no longer knows who signed in here. `refused`: the
   * account may have none.
   */
  | { kind: 'unreachable' | 'forgotten' | 'refused' }
