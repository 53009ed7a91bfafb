import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import type { Guarded } from '../../src/listen/guarded.ts'
import { openHandshakeTurns } from '../../src/listen/handshake-turns.ts'

function openTurns() {
  const clock = { now: 0 }
  const begun: string[] = []
  const cut: string[] = []
  const turns = openHandshakeTurns({
    most: () => 8,
    attentive: () => clock.now,
    begin: (guarded) => begun.push(guarded.place.block),
  })
  const from = (block: string) =>
    ({ place: { block }, stage: 'hello', cut: (why: string) => cut.push(`${block} ${why}`) }) as unknown as Guarded
  return { clock, begun, cut, turns, from }
}

async function someTurns(): Promise<void> {
  for (let i = 0; i < 10; i++) await setImmediate()
}

test('55. so many handshakes are unfinished and no more; the next begins when one has finished', async (t) => {
  const { turns, from, begun, cut } = openTurns()
  const all = Array.from({ length: 10 }, (_, i) => from(`${i}`))
  for (const one of all) turns.enter(one)
  t.true(begun.length < 8, 'between them others have their turn')
  await someTurns()
  t.is(begun.length, 8)
  turns.leave(all[0]!)
  await someTurns()
  t.is(begun.length, 9)
  t.deepEqual(cut, [])
})

test('55. who has not finished in its time goes when others wait, the oldest first', async (t) => {
  const { turns, from, begun, cut, clock } = openTurns()
  for (let i = 0; i < 8; i++) turns.enter(from(`${i}`))
  await someTurns()
  clock.now = 499
  turns.enter(from('late'))
  await someTurns()
  t.deepEqual(cut, [])
  clock.now = 500
  turns.enter(from('later'))
  await someTurns()
  t.deepEqual(cut, ['0 handshakes', '1 handshakes'])
  t.deepEqual(begun.slice(8), ['later', 'late'], 'the latest comes first')
})

test('55. an address that has its part already waits behind others', async (t) => {
  const { turns, from, begun } = openTurns()
  const first = Array.from({ length: 8 }, () => from('crowd'))
  for (const one of first) turns.enter(one)
  await someTurns()
  for (const block of ['other', 'crowd', 'crowd']) turns.enter(from(block))
  turns.leave(first[0]!)
  await someTurns()
  t.deepEqual(begun.slice(8), ['other'])
})

test('55. who has gone while waiting gets no turn', async (t) => {
  const { turns, from, begun } = openTurns()
  const all = Array.from({ length: 9 }, (_, i) => from(`${i}`))
  for (const one of all) turns.enter(one)
  await someTurns()
  turns.leave(all.find((one) => one.stage === 'waiting')!)
  turns.leave(all.find((one) => one.stage === 'handshake')!)
  await someTurns()
  t.is(begun.length, 8)
})
