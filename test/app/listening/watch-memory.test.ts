import test from 'ava'
import { type Memory, watchMemory } from '../../../src/app/listening/watch-memory.ts'

function watch() {
  const memory: Memory = { rss: 50, used: 30 }
  const told: string[] = []
  let look = () => {}
  watchMemory({
    ceiling: () => 100,
    onTooMuch: () => told.push('too much'),
    onBack: () => told.push('back'),
    read: () => memory,
    collect: () => told.push('collected'),
    every(_, run) {
      look = run
      return { stop() {} }
    },
  })
  const see = (rss: number, used = rss) => {
    Object.assign(memory, { rss, used })
    look()
    return told.splice(0)
  }
  return see
}

test('55. past the ceiling it is too much, and not before; well below it is over', (t) => {
  const see = watch()
  t.deepEqual(see(100), [])
  t.deepEqual(see(101), ['too much', 'collected'])
  t.deepEqual(see(90), [])
  t.deepEqual(see(89), ['back'])
  t.deepEqual(see(95), [])
})

test('55. what nobody uses but does not go is taken for room after ten looks, and growing on is too much again', (t) => {
  const see = watch()
  see(120, 49)
  for (let i = 0; i < 9; i++) t.notDeepEqual(see(120, 49), ['back'])
  t.deepEqual(see(120, 49), ['back'])
  t.deepEqual(see(132, 49), [])
  t.deepEqual(see(133, 49), ['too much', 'collected'])
})

test('55. what is really in use is never taken for room', (t) => {
  const see = watch()
  see(120, 50)
  for (let i = 0; i < 50; i++) t.false(see(120, 50).includes('back'))
})
