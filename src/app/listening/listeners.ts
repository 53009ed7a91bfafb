import type { Address, Config } from '../../config/schema.ts'
import type { Exchange } from '../../gateway/exchange.ts'
import type { Listener } from '../../listen/listener.ts'
import type { ConnectionCut } from '../../telemetry/connection-cuts.ts'
import { StartError } from '../start-error.ts'
import { type ListenerKind, type WantedListener as Wanted, wantedListeners } from './wanted-listeners.ts'

/** What is in flight when a listener goes has this long; a container is killed after 10 s. */
export const DRAIN_TIMEOUT_MS = 7000

/** @throws Error of Node's, when the address can't be listened on. */
export type OpenListener = (kind: ListenerKind, address: Address) => Promise<Listener>

/** The listeners of the house. They come and go without dropping the others. */
export interface Listeners {
  /** Those that are open, by what they are for. */
  find: (kind: ListenerKind) => Listener | undefined
  /** All requests that are under way. */
  exchanges: () => Iterable<Exchange>
  /** Cuts off who has nothing under way. */
  cutIdle: (why: ConnectionCut) => void
  /** How many connections each kind has. */
  connections: () => Iterable<[kind: ListenerKind, count: number]>
  /**
   * Opens what is wanted and isn't there yet.
   * @throws Error of Node's where an address can't be listened on; then everything is as it was.
   */
  prepare: (config: Config) => Promise<PreparedListeners>
  /** @param timeoutMs for what is in flight. */
  close: (timeoutMs: number) => Promise<void>
}

export interface PreparedListeners {
  /** Closes those that aren't wanted any more, after what is in flight on them. */
  commit: () => void
}

interface Open extends Wanted {
  listener: Listener
}

export function openListeners(open: OpenListener): Listeners {
  const listeners = new Map<string, Open>()
  /** They accept nothing more, and are gone when what is in flight is. */
  const retiring = new Map<Listener, Promise<void>>()

  function retire({ listener }: Open): void {
    const closed = listener.close(DRAIN_TIMEOUT_MS).finally(() => retiring.delete(listener))
    retiring.set(listener, closed)
  }

  async function prepare(config: Config): Promise<PreparedListeners> {
    const wanted = wantedBy(config)
    const unwanted = [...listeners].filter(([key]) => !wanted.has(key))
    const added = new Map<string, Open>()
    const paused = new Set<string>()

    async function add({ kind, address }: Wanted): Promise<Open> {
      return { kind, address, listener: await open(kind, address) }
    }

    /** Where only the host differs, the port may be free only after the old one has let go of it. */
    async function addInPlaceOf(old: [key: string, open: Open][], one: Wanted): Promise<Open> {
      try {
        return await add(one)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || old.length === 0) throw error
        for (const [key, { listener }] of old) {
          listener.pause()
          paused.add(key)
        }
        return await add(one)
      }
    }

    async function undo(): Promise<void> {
      for (const one of added.values()) retire(one)
      for (const key of paused) await resume(key)
    }

    try {
      for (const [key, one] of wanted) {
        if (listeners.has(key)) continue
        const inTheWay = unwanted.filter(([key, { listener }]) => {
          return listener.port === one.address.port && !paused.has(key)
        })
        added.set(key, await addInPlaceOf(inTheWay, one))
      }
    } catch (error) {
      await undo()
      throw error
    }
    return {
      commit() {
        for (const [key, one] of unwanted) {
          listeners.delete(key)
          retire(one)
        }
        for (const [key, one] of added) listeners.set(key, one)
      },
    }
  }

  async function resume(key: string): Promise<void> {
    const one = listeners.get(key) as Open
    try {
      await one.listener.resume()
    } catch (error) {
      // So that the next reload tries to open it anew.
      listeners.delete(key)
      retire(one)
      const { message } = error as Error
      throw new StartError(`${message}: another program took the address during a reload. Stop it, and reload again.`)
    }
  }

  return {
    find: (kind) => [...listeners.values()].find((one) => one.kind === kind)?.listener,
    *exchanges() {
      for (const { listener } of listeners.values()) yield* listener.exchanges()
      for (const listener of retiring.keys()) yield* listener.exchanges()
    },
    cutIdle(why) {
      for (const { listener } of listeners.values()) listener.cutIdle(why)
    },
    connections: () => [...listeners.values()].map(({ kind, listener }) => [kind, listener.connections()]),
    prepare,
    async close(timeoutMs) {
      const closing = [...listeners.values()].map(({ kind, listener }) => {
        return listener.close(kind === 'https' || kind === 'plain' ? timeoutMs : 0)
      })
      await Promise.all([...closing, ...retiring.values()])
    },
  }
}

function wantedBy(config: Config): Map<string, Wanted> {
  return new Map(wantedListeners(config).map((one) => [`${one.kind} ${one.address.host} ${one.address.port}`, one]))
}
