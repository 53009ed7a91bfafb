/** Who is calling, as far as whatever let them in has proven it. */
export interface Identity {
  user: {
    /** Never used again for somebody else. */
    id: string
    name: string
    displayName: string
  }
  /** The id of the client that acts for the user. */
  client?: string
  /** The id of the grant that the client acts by. */
  grant?: string
  scopes: string[]
  /** What proved it: the kind of access that the route asks for. */
  by: string
}
