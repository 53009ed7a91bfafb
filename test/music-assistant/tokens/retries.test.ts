import test from 'ava'
import { GatewayError } from '../../../src/http/gateway-error.ts'
import { openRetries } from '../../../src/music-assistant/tokens/retries.ts'

const DOWN = new GatewayError('bad_gateway', 'down')

test('what fails is tried again after 5 s, then after twice as long each time, 5 minutes at the most', (t) => {
  let now = 0
  const retries = openRetries(() => now)
  t.is(retries.problem('a'), undefined)
  for (const wait of [5, 10, 20, 40, 80, 160, 300, 300]) {
    retries.failed('a', DOWN)
    now += wait * 1000 - 1
    t.is(retries.problem('a'), DOWN)
    now += 1
    t.is(retries.problem('a'), undefined, `${wait}`)
  }
  retries.succeeded('a')
  retries.failed('a', DOWN)
  now += 5000
  t.is(retries.problem('a'), undefined)
  retries.failed('b', DOWN, 86_400_000)
  now += 86_399_999
  t.is(retries.problem('b'), DOWN)
})
