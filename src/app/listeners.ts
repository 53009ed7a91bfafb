import { setImmediate } from 'node:timers/promises'
import type { Address, Config } from '../config/schema.ts'
import type { Exchange } from '../gateway/exchange.ts'
import type { HttpsListener, TlsMaterial } from '../listen/listen-https.ts'
import type { Listener } from '../listen/listener.ts'

/** What is in flight when a listener goes has this long; a container is killed after 10 s. */
export const DRAIN_TIMEOUT_MS = 7000
/** How often the address of a listener that is being closed is tried. */
const ATTEMPTS = 50

export type ListenerKind = 'https' | 'http' | 'metrics'

export type OpenListener = (kind: ListenerKind, address: Address) => Promise<Listener>

/** The listeners of the house. They come and go without dropping the others. */
export interface Listeners {
  /** Those that are open, by what they are for. */
  find: (kind: ListenerKind) => Listener | undefined
  /** All requests that are under way. */
  exchanges: () => Iterable<Exchange>
  /** How many connections each kind has. */
  connections: () => Iterable<[kind: ListenerKind, count: number]>
  /**
   * Opens what the configuration wants and isn't there yet.
   * @throws Error of Node's where an address can't be listened on; then everything is as it was.
   * @returns closes those that it doesn't want any more.
   */
  prepare: (config: Config) => Promise<PreparedListeners>
  /** @param timeoutMs for what is in flight. */
  close: (timeoutMs: number) => Promise<void>
  replaceCertificate: (tls: TlsMaterial) => void
}

export interface PreparedListeners {
  commit: () => void
  undo: () => Promise<void>
}

interface Open {
  kind: ListenerKind
  address: Address
  listener: Listener
}

export function openListeners(open: OpenListener): Listeners {
  const listeners = new Map<string, Open>()

  async function add(kind: ListenerKind, address: Address): Promise<Open> {
    return { kind, address, listener: await open(kind, address) }
  }

  /** Where only the host differs, the port is free as soon as the old one is closed. */
  async function addInPlaceOf(old: Open[], kind: ListenerKind, address: Address): Promise<Open> {
    for (const { listener } of old) listener.close(DRAIN_TIMEOUT_MS)
    for (let attempt = 1; ; attempt++) {
      try {
        return await add(kind, address)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === ATTEMPTS) throw error
        await setImmediate()
      }
    }
  }

  async function prepare(config: Config): Promise<PreparedListeners> {
    const wanted = wantedBy(config)
    const unwanted = [...listeners].filter(([key]) => !wanted.has(key))
    const added = new Map<string, Open>()
    const replaced = new Set<string>()
    const undo = async () => {
      for (const { listener } of added.values()) await listener.close(0)
      for (const key of replaced) {
        const { kind, address } = listeners.get(key) as Open
        listeners.set(key, await addInPlaceOf([], kind, address))
      }
    }
    try {
      for (const [key, { kind, address }] of wanted) {
        if (listeners.has(key)) continue
        const inTheWay = unwanted.filter(([, one]) => address.port !== 0 && one.address.port === address.port)
        for (const [old] of inTheWay) replaced.add(old)
        added.set(
          key,
          await addInPlaceOf(
            inTheWay.map(([, one]) => one),
            kind,
            address,
          ),
        )
      }
    } catch (error) {
      await undo()
      throw error
    }
    const commit = () => {
      for (const [key, { listener }] of unwanted) {
        listeners.delete(key)
        if (!replaced.has(key)) listener.close(DRAIN_TIMEOUT_MS)
      }
      for (const [key, one] of added) listeners.set(key, one)
    }
    return { commit, undo }
  }

  return {
    find: (kind) => [...listeners.values()].find((one) => one.kind === kind)?.listener,
    *exchanges() {
      for (const { listener } of listeners.values()) yield* listener.exchanges()
    },
    connections: () => [...listeners.values()].map(({ kind, listener }) => [kind, listener.connections()]),
    prepare,
    async close(timeoutMs) {
      await Promise.all(
        [...listeners.values()].map(({ kind, listener }) => listener.close(kind === 'https' ? timeoutMs : 0)),
      )
    },
    replaceCertificate(tls) {
      for (const { kind, listener } of listeners.values()) {
        if (kind === 'https') (listener as HttpsListener).replaceCertificate(tls)
      }
    },
  }
}

function wantedBy({ listen, metrics }: Config): Map<string, Pick<Open, 'kind' | 'address'>> {
  const wanted: Pick<Open, 'kind' | 'address'>[] = [{ kind: 'https', address: listen.https }]
  if (listen.http) wanted.push({ kind: 'http', address: listen.http })
  if (metrics) wanted.push({ kind: 'metrics', address: metrics.listen })
  return new Map(wanted.map((one) => [`${one.kind} ${one.address.host} ${one.address.port}`, one]))
}
