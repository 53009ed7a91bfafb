/** Those of `Records` that Alexa's requests leave behind; the same rules hold for them. */

export interface AlexaUserRecord {
  /** The id of the grant that Alexa acts by for them. */
  grant: string
}

export interface EchoRecord {
  /** The id of the player at Music Assistant. */
  player: string
  /** Milliseconds since 1970. */
  saidAt: number
}
