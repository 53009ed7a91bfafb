import { TooBusyError } from './too-busy-error.ts'

/**
 * Who wants something done, the most welcome first: `known` has been here before, of `clean` nothing bad is known, `other`
 * is everybody else.
 */
export type Standing = 'known' | 'clean' | 'other'

export interface Applicant {
  standing: Standing
  /** The network that it comes from, if that is known: of one only so many run or wait at once. */
  network?: string
}

export interface ReservedSlots {
  /** Does the work when it is its turn. @throws TooBusyError when too many wait, of all or of this network. */
  run: <T>(applicant: Applicant, work: () => Promise<T>) => Promise<T>
}

/** How much is done at once; `other` has only one of it. */
const SLOTS = 2
/** How many may wait. */
const WAITING_LIMIT: Record<Standing, number> = { known: 20, clean: 60, other: 20 }
/**
 * How many of one network may run and wait: as many as one address may try within ten minutes, and at most a quarter of
 * the room that is left, so that the last of it is for those who have nothing there yet.
 */
const NETWORK_LIMIT = 5
const ROOM_RATIO = 4

/**
 * Does costly work two at a time, and keeps one of the two places free of everybody of whom something bad is known: so
 * whoever has many addresses fills the other one, and the people of the house go on.
 */
export function openReservedSlots(): ReservedSlots {
  const waiting: Record<Standing, (() => void)[]> = { known: [], clean: [], other: [] }
  const running: Record<Standing, number> = { known: 0, clean: 0, other: 0 }
  const byNetwork = new Map<string, number>()
  /** Whether the last one of those whom nobody knows was an `other`: the two take turns. */
  let lastWasOther = false

  function mayRun(standing: Standing): boolean {
    const all = running.known + running.clean + running.other
    return all < SLOTS && (standing !== 'other' || running.other < SLOTS - 1)
  }

  function next(): void {
    const turns: Standing[] = lastWasOther ? ['known', 'clean', 'other'] : ['known', 'other', 'clean']
    for (const standing of turns) {
      const start = mayRun(standing) ? waiting[standing].shift() : undefined
      if (start === undefined) continue
      begin(standing, start)
      return
    }
  }

  function begin(standing: Standing, start: () => void): void {
    running[standing]++
    if (standing !== 'known') lastWasOther = standing === 'other'
    start()
  }

  async function turnOf(standing: Standing): Promise<void> {
    if (mayRun(standing) && waiting[standing].length === 0) {
      begin(standing, () => {})
      return
    }
    const limit = WAITING_LIMIT[standing]
    if (waiting[standing].length >= limit) throw new TooBusyError(`${limit} are waiting`)
    await new Promise<void>((resolve) => waiting[standing].push(resolve))
  }

  function enter(network: string, standing: Standing): void {
    const there = byNetwork.get(network) ?? 0
    const room = WAITING_LIMIT[standing] - waiting[standing].length
    if (there > 0 && there >= Math.min(NETWORK_LIMIT, Math.ceil(room / ROOM_RATIO)))
      throw new TooBusyError(`${there} of the same network are waiting`)
    byNetwork.set(network, there + 1)
  }

  function leave(network: string): void {
    const left = (byNetwork.get(network) ?? 1) - 1
    if (left > 0) byNetwork.set(network, left)
    else byNetwork.delete(network)
  }

  return {
    async run({ standing, network }, work) {
      // Whoever is known isn't kept waiting by others of the same network.
      const counted = standing === 'known' ? undefined : network
      if (counted !== undefined) enter(counted, standing)
      try {
        await turnOf(standing)
        try {
          return await work()
        } finally {
          running[standing]--
          next()
        }
      } finally {
        if (counted !== undefined) leave(counted)
      }
    },
  }
}
