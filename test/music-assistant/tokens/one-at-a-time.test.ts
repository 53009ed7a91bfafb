import test from 'ava'
import { oneAtATime } from '../../../src/music-assistant/tokens/one-at-a-time.ts'

test('jobs with one key run one after the other, also after one that failed; others do not wait', async (t) => {
  const run = oneAtATime()
  const order: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = run('a', async () => {
    await promise
    order.push('a1')
    throw new Error('a1 failed')
  })
  const second = run('a', async () => order.push('a2'))
  await run('b', async () => order.push('b'))
  resolve()
  await t.throwsAsync(first, { message: 'a1 failed' })
  await second
  t.deepEqual(order, ['b', 'a1', 'a2'])
})
