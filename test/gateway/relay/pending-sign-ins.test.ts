import test from 'ava'
import { openPendingSignIns } from '../../../src/gateway/relay/pending-sign-ins.ts'

test('of one address or /64 the oldest gives way, others are left alone', (t) => {
  const { admit } = openPendingSignIns()
  const gone: string[] = []
  admit('192.0.2.7', () => gone.push('other'))
  for (let i = 0; i < 18; i++) admit(`2001:db8::${i + 1}`, () => gone.push(String(i)))
  t.deepEqual(gone, ['0', '1'])
})

test('of all together the oldest gives way', (t) => {
  const { admit } = openPendingSignIns()
  const gone: number[] = []
  for (let i = 0; i < 258; i++) admit(`192.0.${i >> 8}.${i & 255}`, () => gone.push(i))
  t.deepEqual(gone, [0, 1])
})

test('who has left gives nobody the way, and its place is free', (t) => {
  const { admit } = openPendingSignIns()
  const leave = Array.from({ length: 16 }, () => admit('192.0.2.7', () => t.fail('it has left')))
  for (const one of leave) one()
  leave[0]!()
  for (let i = 0; i < 16; i++) admit('192.0.2.7', () => t.fail('there is room'))
  t.pass()
})
