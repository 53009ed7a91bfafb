import test from 'ava'
import { addressBlock, addressPlace } from '../../src/net/address-block.ts'

test('an IPv4 address counts for itself', (t) => {
  t.is(addressBlock('192.0.2.7'), '192.0.2.7')
  t.not(addressBlock('192.0.2.8'), addressBlock('192.0.2.7'))
})

test('an IPv4 address that is written as IPv6 is the same address', (t) => {
  for (const mapped of ['::ffff:192.0.2.7', '::FFFF:192.0.2.7', '::ffff:c000:207', '0:0:0:0:0:ffff:c000:0207']) {
    t.is(addressBlock(mapped), '192.0.2.7', mapped)
  }
  t.is(addressBlock('::ffff:255.0.1.16'), '255.0.1.16')
})

test('IPv6 addresses count by the /64 that they are in, however they are written', (t) => {
  for (const address of ['2001:db8:1:2::', '2001:DB8:1:2::5', '2001:0db8:0001:0002:ffff:ffff:ffff:ffff']) {
    t.is(addressBlock(address), '2001:db8:1:2::/64', address)
  }
  t.is(addressBlock('2001:db8:1:3::5'), '2001:db8:1:3::/64')
  t.is(addressBlock('fe80::1:2:3:4%eth0'), 'fe80:0:0:0::/64')
  t.is(addressBlock('::1'), '0:0:0:0::/64')
  t.is(addressBlock('1::2'), '1:0:0:0::/64')
  t.is(addressBlock('::fffe:192.0.2.7'), '0:0:0:0::/64')
  t.is(addressBlock('1::ffff:192.0.2.7'), '1:0:0:0::/64')
})

test('what is no address counts for itself', (t) => {
  for (const odd of ['unix', '', '1.2.3', '192.0.2.256', '::1::2']) t.is(addressBlock(odd), odd)
})

test('an IPv6 address is in a /48, and at one of 65,536 places in it; an IPv4 address is a network of its own', (t) => {
  for (const [address, network, within] of [
    ['2001:db8:1::', '2001:db8:1::/48', 0],
    ['2001:db8:1:ffff::9', '2001:db8:1::/48', 65_535],
    ['2001:db8:1:102:3:4:5:6', '2001:db8:1::/48', 258],
    ['192.0.2.7', '192.0.2.7', 0],
    ['::ffff:192.0.2.7', '192.0.2.7', 0],
    ['unix', 'unix', 0],
  ] as const) {
    t.deepEqual(addressPlace(address), { network, within }, address)
  }
})
