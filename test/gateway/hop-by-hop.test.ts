import test from 'ava'
import { canonicalName, listedInConnection } from '../../src/gateway/hop-by-hop.ts'

test('names that some server would read as the same are one', (t) => {
  for (const name of ['X-Remote-User', 'x_remote_user', 'X.Remote_USER']) t.is(canonicalName(name), 'x-remote-user')
  t.not(canonicalName('xremoteuser'), 'x-remote-user')
})

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
