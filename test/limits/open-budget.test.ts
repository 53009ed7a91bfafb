import test from 'ava'
import { openBudget } from '../../src/limits/open-budget.ts'
import { testEnvironment } from '../support/environment.ts'

test('what is spent comes back with time, up to what there was at first', (t) => {
  const { monotonic, advance } = testEnvironment()
  const spend = openBudget({ limit: 2, everyMs: 1000, monotonic })
  const spent = (times: number) => Array.from({ length: times }, spend).filter(Boolean).length
  t.is(spent(3), 2)
  advance(999)
  t.is(spent(1), 0)
  advance(1)
  t.is(spent(2), 1)
  advance(60_000)
  t.is(spent(5), 2)
})

test('what is kept for others is there for them', (t) => {
  const spend = openBudget({ limit: 2, everyMs: 1000, monotonic: () => 0 })
  t.true(spend(1))
  t.false(spend(1))
  t.true(spend())
  t.false(spend())
})
