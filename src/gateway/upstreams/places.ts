import { GatewayError } from '../../http/gateway-error.ts'

/** So many may wait for a place; whoever comes after them is told to come again. */
const WAITING_LIMIT = 1000
const RETRY_AFTER = { 'Retry-After': '5' }

export interface PlaceSettings {
  /** What the places are of, for the log: `music at http://127.0.0.1:8095, connections`. */
  name: string
  /** So many at once. */
  limit: number
  /** Who has waited for so long waits no more. */
  timeoutMs: number
}

interface Waiting {
  take: () => void
  timer: NodeJS.Timeout
}

/** Connections are limited: past the limit one waits for a place, in the order of coming, and opens none. */
export class Places {
  readonly #settings: PlaceSettings
  readonly #waiting = new Set<Waiting>()
  #taken = 0

  constructor(settings: PlaceSettings) {
    this.#settings = settings
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** @returns whether there was one. */
  take(): boolean {
    if (this.#taken >= this.#settings.limit) return false
    this.#taken += 1
    return true
  }

  /**
   * For one where there was none.
   * @param taken called once, when there is one.
   * @param refused called instead with `upstream_busy`: at once where too many wait, or when it has lasted too long.
   * @returns what takes it out of the queue, if it is still there.
   */
  wait(taken: () => void, refused: (error: GatewayError) => void): () => void {
    const { limit, timeoutMs } = this.#settings
    if (this.#waiting.size >= WAITING_LIMIT) {
      refused(this.#busy(`all ${limit} are in use, and ${WAITING_LIMIT} requests wait for one already`))
      return () => {}
    }
    const waiting: Waiting = {
      take: taken,
      timer: setTimeout(() => {
        this.#waiting.delete(waiting)
        refused(this.#busy(`all ${limit} were in use for ${timeoutMs / 1000} s`))
      }, timeoutMs),
    }
    this.#waiting.add(waiting)
    return () => {
      clearTimeout(waiting.timer)
      this.#waiting.delete(waiting)
    }
  }

  /** Gives one back: to whoever has waited longest. */
  free(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#taken -= 1
      return
    }
    clearTimeout(next.timer)
    this.#waiting.delete(next)
    next.take()
  }

  #busy(what: string): GatewayError {
    return new GatewayError('upstream_busy', `${this.#settings.name}: ${what}`, RETRY_AFTER)
  }
}
