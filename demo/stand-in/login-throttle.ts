/** Failures until then count for half an hour, by user name; seconds to wait after each by their number. */
const windowMs = 30 * 60 * 1000
const delays = [
  { from: 15, seconds: 300 },
  { from: 10, seconds: 120 },
  { from: 6, seconds: 60 },
  { from: 3, seconds: 30 },
]

/** Music Assistant's own: a right password waits as long as a wrong one. */
export class LoginThrottle {
  readonly #failures = new Map<string, number[]>()
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  /** @returns whole seconds, cut off, or undefined for go on */
  wait(username: string): number | undefined {
    const now = this.#now().getTime()
    const recent = this.#recent(username)
    const seconds = delays.find(({ from }) => recent.length >= from)?.seconds ?? 0
    // No answer takes no time at all.
    const left = (recent.at(-1) ?? 0) + seconds * 1000 - now - 1
    return left > 0 ? Math.floor(left / 1000) : undefined
  }

  failed(username: string): void {
    this.#failures.set(username, [...this.#recent(username), this.#now().getTime()])
  }

  clear(username: string): void {
    this.#failures.delete(username)
  }

  #recent(username: string): number[] {
    const since = this.#now().getTime() - windowMs
    return (this.#failures.get(username) ?? []).filter((at) => at > since)
  }
}
