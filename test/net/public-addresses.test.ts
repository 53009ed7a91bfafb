import test from 'ava'
import { publicAddresses, type Resolve } from '../../src/net/public-addresses.ts'

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
