/** What session tickets are sealed with. */
export interface TicketKeys {
  /** The same buffer until it is another one's turn. */
  current: () => Buffer
}

/** Whoever steals a key reads what was said in the sessions of so long, and of no others. Milliseconds. */
export const TICKET_KEY_LIFE_MS = 12 * 3_600_000
/** As Node wants them: a name, a key for the MAC, and one for AES. */
const LENGTH = 48

/**
 * Keys that outlast reloads and certificates, but not half a day. The ones before are forgotten: who has a ticket of theirs
 * shakes hands in full.
 * @param monotonic milliseconds of a clock that only counts on: no wrong clock brings an old key back.
 * @see RFC 5077 section 5.5
 */
export function openTicketKeys(monotonic: () => number, randomBytes: (length: number) => Buffer): TicketKeys {
  let keys = randomBytes(LENGTH)
  let madeAt = monotonic()
  return {
    current() {
      const now = monotonic()
      if (now - madeAt >= TICKET_KEY_LIFE_MS) {
        keys = randomBytes(LENGTH)
        madeAt = now
      }
      return keys
    },
  }
}
