import type { GatewayError } from '../../http/gateway-error.ts'
import { type Connection, type ConnectionSettings, connectionsTo } from './connection.ts'
import type { Places } from './places.ts'

/** The connections to an upstream that carry requests, of which each is used again and again. */
export class ConnectionPool {
  readonly #places: Places
  readonly #open: () => Connection
  readonly #all = new Set<Connection>()
  /** The one that was used last goes first, so that the others may close. */
  readonly #idle: Connection[] = []
  #destroyed = false

  constructor(settings: ConnectionSettings, places: Places) {
    this.#open = connectionsTo(settings)
    this.#places = places
  }

  /** @returns undefined where all are in use; then wait. */
  take(): Connection | undefined {
    return this.#places.take() ? this.#next() : undefined
  }

  /** As `Places.wait`. */
  wait(taken: (connection: Connection) => void, refused: (error: GatewayError) => void): () => void {
    return this.#places.wait(() => taken(this.#next()), refused)
  }

  /** After the request that it carried. Never within a call of undici's, which has to finish with it first. */
  free(connection: Connection): void {
    this.#idle.push(connection)
    this.#places.free()
  }

  #next(): Connection {
    const idle = this.#idle.pop()
    if (idle) return idle
    const opened = this.#open()
    this.#all.add(opened)
    // It fails whoever had waited for it.
    if (this.#destroyed) opened.destroy()
    return opened
  }

  /** Each after the request that it carries. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#all, (connection) => connection.close()))
  }

  /** Now. */
  async destroy(): Promise<void> {
    this.#destroyed = true
    await Promise.all(Array.from(this.#all, (connection) => connection.destroy()))
  }
}
