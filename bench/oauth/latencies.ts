/** Times in milliseconds, as many as there are. */
export class Latencies {
  readonly #all: number[] = []
  #sorted = true

  add(milliseconds: number): void {
    this.#all.push(milliseconds)
    this.#sorted = false
  }

  get count(): number {
    return this.#all.length
  }

  get mean(): number {
    return this.meanUpTo(1)
  }

  /** Without the slowest ones, where somebody else's doings are to be left out. */
  meanUpTo(part: number): number {
    const most = this.quantile(part)
    const some = this.#all.filter((one) => one <= most)
    return some.reduce((sum, one) => sum + one, 0) / some.length
  }

  /** The least that this part of them, from 0 to 1, doesn't exceed. */
  quantile(part: number): number {
    if (!this.#sorted) this.#all.sort((a, b) => a - b)
    this.#sorted = true
    return this.#all[Math.min(this.#all.length - 1, Math.ceil(this.#all.length * part) - 1)] ?? Number.NaN
  }

  get max(): number {
    return this.quantile(1)
  }
}
