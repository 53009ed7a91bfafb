import test from 'ava'
import { tellOfProxies } from '../../../src/app/listening/tell-of-proxies.ts'

function open() {
  const clock = { now: 1_000_000 }
  const told: string[] = []
  const warn = (({ detail }: { detail: string }) => told.push(detail)) as never
  return { clock, told, onProxy: tellOfProxies({ warn }, () => clock.now) }
}

test('a proxy that comes again and again is told of once in ten minutes', (t) => {
  const { clock, told, onProxy } = open()
  for (let i = 0; i < 100; i++) onProxy('172.18.0.5', 'X-Forwarded-Proto')
  clock.now += 599_999
  onProxy('172.18.0.5', 'X-Forwarded-Proto')
  t.deepEqual(told, [
    '172.18.0.5 sends X-Forwarded-Proto: point it at the port of listen.plain, and list 172.18.0.5 in listen.trusted_proxies',
  ])
  clock.now += 1
  onProxy('172.18.0.5', 'CF-Visitor')
  t.is(told.length, 2)
})

test('whoever has many addresses gets a few lines and no more', (t) => {
  const { clock, told, onProxy } = open()
  for (let i = 0; i < 1000; i++) onProxy(`203.0.113.${i}`, 'X-Forwarded-Proto')
  t.is(told.length, 16)
  // A clock that was set back keeps nobody silent for ever.
  clock.now -= 3_600_000
  onProxy('203.0.113.1', 'X-Forwarded-Proto')
  t.is(told.length, 17)
})
