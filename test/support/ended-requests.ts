import type { RequestRecord } from '../../src/telemetry/request-record.ts'

/** The records of the requests that have ended, in the order of their ends. */
export class EndedRequests {
  readonly records: RequestRecord[] = []
  #changed = Promise.withResolvers<void>()

  add = (record: RequestRecord): void => {
    this.records.push({ ...record })
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  /** Resolves with the next ones, which then have been looked at. */
  async take(count = 1): Promise<RequestRecord[]> {
    while (this.records.length < count) await this.#changed.promise
    return this.records.splice(0, count)
  }
}
