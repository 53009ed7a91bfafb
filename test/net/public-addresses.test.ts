import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import test from 'ava'
import { publicAddresses, type Resolve, resolveBy } from '../../src/net/public-addresses.ts'
import { startDnsServer } from '../support/dns-server.ts'

const says =
  (four: string[] | Error, six: string[] | Error): Resolve =>
  async (_, family) => {
    const answer = family === 4 ? four : six
    if (answer instanceof Error) throw answer
    return answer
  }
const failure = (code: string) => Object.assign(new Error(`query ${code}`), { code })

test('the addresses of both families are had, IPv4 first, two of each', async (t) => {
  const resolve = says(['93.184.215.14', '93.184.215.15', '93.184.215.16'], ['2606:2800::1'])
  t.deepEqual(await publicAddresses('a.example', resolve), ['93.184.215.14', '93.184.215.15', '2606:2800::1'])
})

test('a family of which nobody says anything does not hide the other', async (t) => {
  const two = failure('ETIMEOUT')
  t.deepEqual(await publicAddresses('a.example', says(['93.184.215.14'], two)), ['93.184.215.14'])
  t.deepEqual(await publicAddresses('a.example', says(two, ['2606:2800::1'])), ['2606:2800::1'])
})

test('one address that is not public refuses the name, though it would never have been tried', async (t) => {
  const late = says(['93.184.215.14', '93.184.215.15', '10.0.0.1'], [])
  await t.throwsAsync(publicAddresses('a.example', late), { message: /10\.0\.0\.1/ })
  const other = says(['93.184.215.14'], ['::ffff:192.168.1.1'])
  await t.throwsAsync(publicAddresses('a.example', other), { message: /which is private/ })
  const odd = says(['not an address'], [])
  await t.throwsAsync(publicAddresses('a.example', odd), { message: /leads to not an address/ })
})

test('an address in place of a name is not looked up', async (t) => {
  const resolve: Resolve = () => t.fail() as never
  for (const host of ['93.184.215.14', '2606:2800::1'])
    await t.throwsAsync(publicAddresses(host, resolve), { message: /is an address, and not a name/ })
})

test('a name without addresses says why it has none', async (t) => {
  const nothing = says(failure('ENOTFOUND'), failure('ESERVFAIL'))
  await t.throwsAsync(publicAddresses('a.example', nothing), { message: /ENOTFOUND, ESERVFAIL/ })
  await t.throwsAsync(publicAddresses('a.example', says([], [])), { message: /no answer has one/ })
})

test('a name server that never answers is given up while there is time left for the rest', async (t) => {
  const silent = createSocket('udp4').bind(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => silent.close())
  // Left alone it would say ETIMEOUT after nearly all the time that a document has.
  const resolve = resolveBy([`127.0.0.1:${silent.address().port}`])
  await t.throwsAsync(resolve('a.example', 6), { code: 'ECANCELLED' })
  await t.throwsAsync(publicAddresses('a.example', resolve), { message: /no address \(ETIMEOUT, ETIMEOUT\)/ })
})

test('name servers are asked for each family of its own', async (t) => {
  const zone = { 'a.example': { A: ['93.184.215.14'], AAAA: ['2606:2800::1'] } }
  const resolve = resolveBy([await startDnsServer(t, zone)])
  t.deepEqual(await publicAddresses('a.example', resolve), ['93.184.215.14', '2606:2800::1'])
})

test('what is in the house is not public, however public its address: this machine, and its own /64', async (t) => {
  const own = ['192.168.1.5', '93.184.215.20', '2a02:8100:1:2::5', 'fe80::1%eth0']
  const message = /which is in this machine's own network/
  const inHouse = ['2a02:8100:1:2:1234::99', '2A02:8100:1:2::5']
  for (const six of inHouse)
    await t.throwsAsync(publicAddresses('a.example', says(['93.184.215.14'], [six]), own), { message }, six)
  for (const four of ['93.184.215.20', '::ffff:93.184.215.20'])
    await t.throwsAsync(publicAddresses('a.example', says([four], []), own), { message }, four)
  const outside = ['93.184.215.21', '2a02:8100:1:3::5']
  t.deepEqual(await publicAddresses('a.example', says(outside.slice(0, 1), outside.slice(1)), own), outside)
})
