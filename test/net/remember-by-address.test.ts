import test from 'ava'
import { rememberByAddress } from '../../src/net/remember-by-address.ts'

test('an address is looked into once, however often it comes, and each has its own answer', (t) => {
  const asked: string[] = []
  const lengthOf = rememberByAddress((address) => {
    asked.push(address)
    return address.length
  })
  t.deepEqual(['192.0.2.1', '::1', '192.0.2.1', '::1', ''].map(lengthOf), [9, 3, 9, 3, 0])
  t.deepEqual(asked, ['192.0.2.1', '::1', ''])
})

test('a crowd of addresses is not remembered for ever', (t) => {
  let found = 0
  const count = rememberByAddress(() => ++found)
  const first = count('192.0.2.1')
  for (let i = 0; i < 1024; i++) count(`2001:db8::${i.toString(16)}`)
  t.not(count('192.0.2.1'), first)
  t.is(found, 1026)
})
