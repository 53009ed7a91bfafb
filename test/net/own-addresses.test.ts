import test from 'ava'
import { ownAddresses } from '../../src/net/own-addresses.ts'

test('this machine has an address', (t) => {
  t.true(ownAddresses().length > 0)
})

test('where the system does not tell, no address is known, and nothing fails', (t) => {
  const ask = () => {
    throw new Error('uv_interface_addresses returned Unknown system error 13')
  }
  t.deepEqual(ownAddresses(ask), [])
})
