import type { Guarded } from './guarded.ts'

/** Each costs a signature, a millisecond of the only thread: so many are begun before others get their turn. */
const IN_ONE_TURN = 4
/** For so long nobody's handshake is ended for others that wait. Milliseconds; a phone far away needs 300. */
const OWN_TIME_MS = 500
/** While all are taken, and none has had its time. Milliseconds. */
const LOOK_AGAIN_MS = 50
/** Of all, for one address while others wait. */
const PART_OF_ADDRESS = 1 / 8

export interface HandshakeTurns {
  /** Begins the handshake when its turn has come. */
  enter: (guarded: Guarded) => void
  /** It is finished, or the connection closed. */
  leave: (guarded: Guarded) => void
}

export interface TurnTools {
  /** How many may be unfinished at once. */
  most: () => number
  /** Milliseconds in which somebody was there to see a handshake get on. */
  attentive: () => number
  begin: (guarded: Guarded) => void
}

/**
 * Who may shake hands. Unfinished ones are limited: who has had its time without coming to an end goes when others wait,
 * and of those who wait the latest comes first, for a crowd that was there before it has nobody else in it.
 */
export function openHandshakeTurns({ most, attentive, begin }: TurnTools): HandshakeTurns {
  const waiting = new Set<Guarded>()
  /** The oldest first. */
  const unfinished = new Set<Guarded>()
  const byBlock = new Map<string, number>()
  let begunInTurn = 0
  let turnEnds = false
  let later: NodeJS.Timeout | undefined

  function enter(guarded: Guarded): void {
    guarded.stage = 'waiting'
    waiting.add(guarded)
    pump()
  }

  function leave(guarded: Guarded): void {
    waiting.delete(guarded)
    if (giveBack(guarded)) pump()
  }

  function pump(): void {
    if (!turnEnds) setImmediate(nextTurn)
    turnEnds = true
    while (waiting.size > 0 && begunInTurn < IN_ONE_TURN) {
      if (unfinished.size >= most() && !spareOne()) {
        waitForTime()
        return
      }
      start(choose())
    }
  }

  function nextTurn(): void {
    turnEnds = false
    begunInTurn = 0
    if (waiting.size > 0 && later === undefined) pump()
  }

  function start(guarded: Guarded): void {
    waiting.delete(guarded)
    begunInTurn++
    const { block } = guarded.place
    byBlock.set(block, (byBlock.get(block) ?? 0) + 1)
    unfinished.add(guarded)
    guarded.stage = 'handshake'
    guarded.handshakeAt = attentive()
    begin(guarded)
  }

  /** The latest, but of an address that hasn't many already. */
  function choose(): Guarded {
    const [only] = waiting
    if (waiting.size === 1) return only as Guarded
    const latest = [...waiting].reverse()
    const part = Math.ceil(most() * PART_OF_ADDRESS)
    return (latest.find(({ place }) => (byBlock.get(place.block) ?? 0) < part) ?? latest[0]) as Guarded
  }

  /** @returns whether there is room for another one now. */
  function spareOne(): boolean {
    const [oldest] = unfinished
    if (oldest === undefined || attentive() - oldest.handshakeAt < OWN_TIME_MS) return false
    oldest.cut('handshakes')
    return giveBack(oldest)
  }

  /** @returns whether it had one of the places. */
  function giveBack(guarded: Guarded): boolean {
    if (!unfinished.delete(guarded)) return false
    const { block } = guarded.place
    const left = (byBlock.get(block) ?? 1) - 1
    if (left === 0) byBlock.delete(block)
    else byBlock.set(block, left)
    return true
  }

  function waitForTime(): void {
    later ??= setTimeout(() => {
      later = undefined
      pump()
    }, LOOK_AGAIN_MS).unref()
  }

  return { enter, leave }
}
