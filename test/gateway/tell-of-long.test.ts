import test from 'ava'
import type { Exchange } from '../../src/gateway/exchange.ts'
import { tellOfLong } from '../../src/gateway/tell-of-long.ts'
import { requestRecord } from '../support/request-record.ts'

/** What is told when it looks at these at such times. */
function tellAt(times: number[], underWay: Exchange[]): string[] {
  const told: string[] = []
  let at = 0
  tellOfLong({
    exchanges: () => underWay,
    onLong: ({ path }) => told.push(`${at} ${path}`),
    monotonic: () => at,
    every(_, run) {
      for (at of times) run()
      return { stop() {} }
    },
  })
  return told
}

const exchange = (path: string, startedMonotonic: number, upgraded = false) =>
  ({ record: requestRecord({ path, startedMonotonic, upgraded }) }) as Exchange

test('a stream is told of once, when it has lasted ten seconds', (t) => {
  const told = tellAt([9999, 10_000, 15_000, 20_000], [exchange('/flow/a', 0), exchange('/flow/b', 6000)])
  t.deepEqual(told, ['10000 /flow/a', '20000 /flow/b'])
})

test('a WebSocket, which was told of when it opened, is not told of again', (t) => {
  t.deepEqual(tellAt([60_000], [exchange('/ws', 0, true)]), [])
})
