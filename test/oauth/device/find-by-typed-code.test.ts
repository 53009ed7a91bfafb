import test, { type ExecutionContext } from 'ava'
import { issueDeviceCodes } from '../../../src/oauth/device/device-requests.ts'
import { findByTypedCode } from '../../../src/oauth/device/find-by-typed-code.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { KITCHEN } from '../../support/device.ts'
import { openServer } from '../../support/server.ts'

const ATTACKER = '192.0.2.66'
const MINUTE = 60_000

async function open(t: ExecutionContext) {
  const house = await openServer(t, [KITCHEN])
  const { server } = house
  const begin = () => issueDeviceCodes(server, KITCHEN.id, { scopes: ['music.read'] })
  const { userCode, deviceCode } = await begin()
  const wrong = userCode === 'BBBBBBBB' ? 'CCCCCCCC' : 'BBBBBBBB'
  const guess = async (code = wrong, address: string | undefined = ATTACKER) => {
    const found = await findByTypedCode(server, code, address)
    return found === undefined ? 'wrong' : 'kind' in found ? found.seconds : 'right'
  }
  return { ...house, begin, userCode, id: hashSecret(deviceCode), guess }
}

test('the device that waits with a code is found, for whoever has an address and who has none', async (t) => {
  const { server, userCode, id } = await open(t)
  for (const address of [ATTACKER, undefined]) t.like(await findByTypedCode(server, userCode, address), { id })
})

test('after five wrong codes within ten minutes an address waits, also with the right one', async (t) => {
  const { guess, begin, advance } = await open(t)
  t.is(await guess(), 'wrong')
  advance(4 * MINUTE)
  for (let time = 0; time < 4; time++) t.is(await guess(), 'wrong')
  const { userCode } = await begin()
  t.is(await guess(userCode), 360)
  advance(6 * MINUTE - 1)
  t.is(await guess(userCode), 1)
  advance(1)
  t.is(await guess(userCode), 'right')
})

test('right codes do not count, and forget no wrong ones', async (t) => {
  const { guess, userCode } = await open(t)
  for (let time = 0; time < 4; time++) t.is(await guess(), 'wrong')
  for (let time = 0; time < 10; time++) t.is(await guess(userCode), 'right')
  t.is(await guess(), 'wrong')
  t.is(await guess(userCode), 600)
})

test('however many are tried at once, five are looked up', async (t) => {
  const { guess } = await open(t)
  const guesses = await Promise.all(Array.from({ length: 30 }, () => guess()))
  t.is(guesses.filter((outcome) => outcome === 'wrong').length, 5)
  t.is(guesses.filter((outcome) => outcome === 600).length, 25)
})

test('other addresses are not kept out, but all of one IPv6 /64 are one', async (t) => {
  const { guess, userCode } = await open(t)
  for (let host = 1; host <= 5; host++) await guess(undefined, `2001:db8::${host}`)
  t.is(await guess(userCode, '2001:db8::99'), 600)
  t.is(await guess(userCode, '2001:db8:0:1::1'), 'right')
  t.is(await guess(userCode, ATTACKER), 'right')
})

test('48. where a proxy does not tell the address, nobody keeps out anybody', async (t) => {
  const { server, userCode } = await open(t)
  for (let time = 0; time < 20; time++) t.is(await findByTypedCode(server, 'BBBBBBBB', undefined), undefined)
  t.truthy(await findByTypedCode(server, userCode, undefined))
})

test('that an address was shut out is written down once, without the code', async (t) => {
  const { guess, events } = await open(t)
  for (let time = 0; time < 9; time++) await guess()
  const detail = 'too many wrong codes of devices'
  t.deepEqual(events as object[], [{ event: 'locked_out', address: ATTACKER, detail }])
})

test('a code that was answered for, or has expired, is as good as none', async (t) => {
  const { guess, userCode, id, store, advance, begin } = await open(t)
  const device = await store.get('device', id)
  await store.put('device', id, { ...device!, decision: { approved: false } })
  t.is(await guess(userCode), 'wrong')
  const later = await begin()
  advance(599_999)
  t.is(await guess(later.userCode), 'right')
  advance(1)
  t.is(await guess(later.userCode), 'wrong')
})
