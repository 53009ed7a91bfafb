import test from 'ava'
import { listedInConnection } from '../../../src/gateway/headers/hop-by-hop.ts'

test('what a Connection header lists concerns one connection only, but framing is not up to it', (t) => {
  const listed = (...values: string[]) => [
    ...(listedInConnection(values.flatMap((value) => ['cOnnection', value])) ?? []),
  ]
  t.deepEqual(listed('X_Hop, close'), ['x-hop', 'close'])
  t.deepEqual(listed('a', 'b,c'), ['a', 'b', 'c'])
  t.deepEqual(listed('Content-Length, Content_Length, x'), ['x'])
  for (const usual of ['keep-alive', 'Close', 'UPGRADE']) t.is(listedInConnection(['Connection', usual]), undefined)
  t.is(listedInConnection(['X', 'Connection']), undefined)
})
