import type { ExecutionContext } from 'ava'
import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import type { TestHouse } from './gateway.ts'
import { exchangeRaw, rawRequest } from './raw-client.ts'

/** The records of the requests that have ended, in the order of their ends. */
export class EndedRequests {
  readonly records: RequestRecord[] = []
  #changed = Promise.withResolvers<void>()

  add = (record: RequestRecord): void => {
    this.records.push({ ...record })
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  /** The next one, which then has been looked at. */
  async next(): Promise<RequestRecord> {
    while (this.records.length === 0) await this.#changed.promise
    return this.records.shift() as RequestRecord
  }
}

/** No request has more than one record: the next one to end is the one that this sends. */
export async function noMoreEnded(t: ExecutionContext, house: TestHouse): Promise<void> {
  await exchangeRaw(house, rawRequest('GET /health?last', ['User-Agent: last']))
  const { path, userAgent } = await house.requests.next()
  t.deepEqual([path, userAgent], ['/health', 'last'])
  t.deepEqual(house.requests.records, [])
  t.deepEqual([...house.gateway.https!.exchanges()], [], 'nothing is kept of what has ended')
}
