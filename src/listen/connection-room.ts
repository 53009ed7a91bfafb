import type { ConnectionCut } from '../telemetry/connection-cuts.ts'

/** Whose connection it is: one from the owner's networks, one from a trusted proxy with anybody behind it, or another. */
export type Standing = 'own' | 'proxy' | 'stranger'

/** What the configuration of now says about connections. */
export interface ConnectionLimits {
  /** In all. */
  connections: number
  /** How many of them only the owner's networks may use. */
  reserved: number
  /** From one address; in IPv6, from one /64. The owner's networks and trusted proxies have no such limit. */
  perAddress: number
  /** Handshakes that have begun and aren't finished. */
  handshakes: number
  standingOf: (address: string) => Standing
  /** What an address counts as. */
  blockOf: (address: string) => string
}

/** How little a connection would be missed: it never brought a request, has none under way, or one that doesn't get on. */
export type Spareable = 'silent' | 'idle' | 'stuck'

/** A connection that is open. */
export interface Guest {
  /** @returns undefined where it can't be spared. */
  spareable: () => Spareable | undefined
  cut: (why: ConnectionCut) => void
}

/** A place in the room, until its connection closes. */
export interface Place {
  readonly standing: Standing
  readonly block: string
  /** Says whose place it is, so that it can be given to another. */
  take: (guest: Guest) => void
  leave: () => void
}

/** All connections of the house, whatever listener they came to: they share its descriptors and its memory. */
export interface ConnectionRoom {
  /** @returns why there is no place, if so. */
  admit: (address: string) => Place | ConnectionCut
  /** Whether so many are open, or were some seconds ago, that nobody may take long. */
  isTight: () => boolean
  limits: () => ConnectionLimits
  count: () => number
  /** Of those that were refused, and cut off to make room. @param peer the address of its other end. */
  onCut: (why: ConnectionCut, peer: string) => void
}

interface Taken extends Place {
  guest?: Guest
}

/** Which part of the connections is cut off at once to make room, so that looking for them costs little each. */
const SPARED_PART = 1 / 16
/** More than this part of the connections is a crowd, and no home; for so long it is treated as one. */
const TIGHT_PART = 1 / 8
const TIGHT_MS = 15_000
/** After nobody could be spared. Milliseconds. */
const LOOK_AGAIN_MS = 100

interface RoomTools {
  limits: () => ConnectionLimits
  /** Milliseconds of a clock that only counts on. */
  monotonic: () => number
  onCut: (why: ConnectionCut, peer: string) => void
}

/**
 * Counts connections, in all and by address. Where there is no room, who has nothing under way has to go, first of all who
 * never said anything, or whose request doesn't get on; only when nobody can be spared, who comes is refused. So a crowd
 * that says nothing shuts nobody out.
 */
export function openConnectionRoom({ limits, monotonic, onCut }: RoomTools): ConnectionRoom {
  /** The oldest first. */
  const places = new Set<Taken>()
  const byBlock = new Map<string, number>()
  let strangers = 0
  let tightUntil = Number.NEGATIVE_INFINITY
  let nobodyToSpareAt = Number.NEGATIVE_INFINITY

  function admit(address: string): Place | ConnectionCut {
    const { connections, reserved, perAddress, standingOf, blockOf } = limits()
    const standing = standingOf(address)
    const block = blockOf(address)
    if (standing === 'stranger' && (byBlock.get(block) ?? 0) >= perAddress) return 'address'
    const isFull = () =>
      places.size >= connections || (standing !== 'own' && strangers >= Math.max(0, connections - reserved))
    if (isFull()) {
      makeRoom(standing, connections)
      if (isFull()) return 'full'
    }
    return add(standing, block)
  }

  function add(standing: Standing, block: string): Place {
    const place: Taken = {
      standing,
      block,
      take(guest) {
        place.guest = guest
      },
      leave() {
        if (!places.delete(place)) return
        if (standing !== 'own') strangers--
        const left = (byBlock.get(block) ?? 1) - 1
        if (left === 0) byBlock.delete(block)
        else byBlock.set(block, left)
      },
    }
    places.add(place)
    if (standing !== 'own') strangers++
    byBlock.set(block, (byBlock.get(block) ?? 0) + 1)
    return place
  }

  /** Strangers never push out the owner. */
  function makeRoom(standing: Standing, connections: number): void {
    if (monotonic() - nobodyToSpareAt < LOOK_AGAIN_MS) return
    const wanted = Math.ceil(connections * SPARED_PART)
    const found: Record<Spareable, Taken[]> = { silent: [], idle: [], stuck: [] }
    for (const one of places) {
      const how = standing === 'own' || one.standing !== 'own' ? one.guest?.spareable() : undefined
      if (how) found[how].push(one)
    }
    const spared = [...found.silent, ...found.idle, ...found.stuck].slice(0, wanted)
    for (const one of spared) {
      one.leave()
      one.guest?.cut('spared')
    }
    if (spared.length === 0) nobodyToSpareAt = monotonic()
  }

  return {
    admit,
    isTight() {
      const now = monotonic()
      if (places.size > limits().connections * TIGHT_PART) tightUntil = now + TIGHT_MS
      return now < tightUntil
    },
    limits,
    count: () => places.size,
    onCut,
  }
}
