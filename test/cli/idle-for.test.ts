import test from 'ava'
import { idleFor } from '../../src/cli/idle-for.ts'

const DAY = 86_400_000

test('idleness is told in whole days, and nobody is idle for less than no time', (t) => {
  const told = [-DAY, 0, DAY - 1, DAY, 2 * DAY - 1, 2 * DAY, 730 * DAY].map(idleFor)
  const little = 'less than a day'
  t.deepEqual(told, [little, little, little, '1 day', '1 day', '2 days', '730 days'])
})
