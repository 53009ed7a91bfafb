import test from 'ava'
import { Places } from '../../../src/gateway/upstreams/places.ts'
import type { GatewayError } from '../../../src/http/gateway-error.ts'

const HOUR_MS = 3_600_000

/** Places that somebody may wait for. */
function open(limit: number, timeoutMs = HOUR_MS) {
  const places = new Places({ name: 'music, connections', limit, timeoutMs })
  const told: string[] = []
  const errors: GatewayError[] = []
  const wait = (who: string) =>
    places.wait(
      () => told.push(who),
      (error) => errors.push(error),
    )
  return { places, told, errors, wait }
}

test('there are as many places as the limit says, and whoever waits gets one in the order of coming', (t) => {
  const { places, told, wait } = open(2)
  t.deepEqual([places.take(), places.take(), places.take()], [true, true, false])
  wait('first')
  wait('second')
  places.free()
  t.deepEqual(told, ['first'])
  // It went from hand to hand.
  t.false(places.take())
  places.free()
  t.deepEqual(told, ['first', 'second'])
  places.free()
  t.deepEqual([places.take(), places.take()], [true, false])
})

test('whoever leaves the queue gets nothing, and the next one is not held up', (t) => {
  const { places, told, wait } = open(1)
  places.take()
  const leave = wait('first')
  wait('second')
  leave()
  t.is(places.waiting, 1)
  places.free()
  t.deepEqual(told, ['second'])
  leave()
  t.is(places.waiting, 0)
})

test('a thousand may wait, the next one is told at once to come again', (t) => {
  const { places, errors, wait } = open(1)
  places.take()
  const leaves = Array.from({ length: 1000 }, (_, i) => wait(`${i}`))
  t.deepEqual(errors, [])
  wait('one more')
  t.is(errors.length, 1)
  t.like(errors[0], { code: 'upstream_busy', status: 503, headers: { 'Retry-After': '5' } })
  t.regex(errors[0]?.detail ?? '', /music, connections: all 1 are in use, and 1000 requests wait/)
  leaves[500]?.()
  wait('another')()
  t.is(errors.length, 1)
  for (const leave of leaves) leave()
})

test('whoever has waited as long as an upstream may take is told so, and has left the queue', async (t) => {
  const { places, told } = open(1, 1)
  places.take()
  const error = await new Promise<GatewayError>((resolve) => places.wait(() => told.push('late'), resolve))
  t.like(error, { code: 'upstream_busy', detail: 'music, connections: all 1 were in use for 0.001 s' })
  places.free()
  t.deepEqual([told, places.take()], [[], true])
})
