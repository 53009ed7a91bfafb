import test from 'ava'
import {
  type ConnectionRoom,
  openConnectionRoom,
  type Place,
  type Spareable,
} from '../../src/listen/connection-room.ts'
import { addressBlock } from '../../src/net/address-block.ts'

const OWN = '192.168.1.5'
const PROXY = '192.168.1.2'

/** A room for 16 connections, 4 of them the owner's, and 3 from one address. */
function openRoom() {
  const clock = { now: 0 }
  const cuts: string[] = []
  const room = openConnectionRoom({
    monotonic: () => clock.now,
    onCut: (why) => cuts.push(why),
    limits: () => ({
      connections: 16,
      reserved: 4,
      perAddress: 3,
      handshakes: 8,
      standingOf: (address) => (address === OWN ? 'own' : address === PROXY ? 'proxy' : 'stranger'),
      blockOf: addressBlock,
    }),
  })
  return { room, clock, cuts }
}

/** @param how whether the connection can be spared, now or later. */
function enter(room: ConnectionRoom, address: string, how: { now?: Spareable } = {}, cut = (_: string) => {}) {
  const place = room.admit(address)
  if (typeof place !== 'string') place.take({ spareable: () => how.now, cut })
  return place
}

function strangers(room: ConnectionRoom, count: number, how: { now?: Spareable } = {}, cut = (_: string) => {}) {
  return Array.from({ length: count }, (_, i) => enter(room, `203.0.113.${i}`, how, cut) as Place)
}

test('55. an address has so many connections and no more, until one of them closes', (t) => {
  const { room } = openRoom()
  const [first] = [1, 2, 3].map(() => enter(room, '203.0.113.9') as Place)
  t.is(enter(room, '203.0.113.9'), 'address')
  t.is(typeof enter(room, '203.0.113.10'), 'object')
  first!.leave()
  first!.leave()
  t.is(typeof enter(room, '203.0.113.9'), 'object')
  t.is(enter(room, '203.0.113.9'), 'address')
})

test('55. in IPv6 a /64 is one address, and IPv4 written as IPv6 is IPv4', (t) => {
  const { room } = openRoom()
  for (const last of [':1', ':2', 'abcd:ef01:2345:6789']) t.is(typeof enter(room, `2001:db8:0:1:${last}`), 'object')
  t.is(enter(room, '2001:db8:0:1::ffff'), 'address')
  t.is(typeof enter(room, '2001:db8:0:2::1'), 'object')
  for (const address of ['203.0.113.1', '::ffff:203.0.113.1', '203.0.113.1']) enter(room, address)
  t.is(enter(room, '::ffff:203.0.113.1'), 'address')
})

test('55. strangers cannot take what is reserved for the owner, and the owner cannot take more than there is', (t) => {
  const { room } = openRoom()
  strangers(room, 12)
  t.is(enter(room, '198.51.100.1'), 'full')
  for (let i = 0; i < 4; i++) t.is(typeof enter(room, OWN), 'object')
  t.is(enter(room, OWN), 'full')
  t.is(room.count(), 16)
})

test('55. a trusted proxy is not one address, but what comes through it is from strangers', (t) => {
  const { room } = openRoom()
  for (let i = 0; i < 12; i++) t.is(typeof enter(room, PROXY), 'object')
  t.is(enter(room, PROXY), 'full')
  t.is(typeof enter(room, OWN), 'object')
})

test('55. where there is no room, who never said anything goes first, then the idle, then who gets stuck', (t) => {
  const { room, clock } = openRoom()
  const gone: string[] = []
  const kinds: (Spareable | undefined)[] = ['stuck', 'idle', 'silent', undefined]
  for (const [i, now] of kinds.entries())
    for (let j = 0; j < 3; j++) enter(room, `203.0.113.${i}`, { now }, () => gone.push(`${now} ${j}`))
  for (let i = 0; i < 9; i++) t.is(typeof enter(room, `198.51.100.${i}`), 'object')
  t.deepEqual(
    gone,
    ['silent', 'idle', 'stuck'].flatMap((kind) => [0, 1, 2].map((j) => `${kind} ${j}`)),
  )
  t.is(enter(room, '198.51.100.99'), 'full')
  clock.now += 100
  t.is(enter(room, '198.51.100.99'), 'full')
})

test('55. strangers never push out the owner, who may push out them', (t) => {
  const { room, clock } = openRoom()
  const gone: string[] = []
  const how: { now?: Spareable } = {}
  for (let i = 0; i < 5; i++) enter(room, OWN, { now: 'silent' }, () => gone.push('own'))
  strangers(room, 11, how, () => gone.push('stranger'))
  t.is(enter(room, '198.51.100.1'), 'full')
  t.deepEqual(gone, [])
  how.now = 'stuck'
  clock.now += 100
  for (let i = 0; i < 5; i++) t.is(typeof enter(room, OWN), 'object')
  t.deepEqual(gone, ['own', 'own', 'own', 'own', 'own'], 'who said nothing goes before who got stuck')
})

test('55. a crowd makes everybody hurry, and for a while after it has gone', (t) => {
  const { room, clock } = openRoom()
  const places = strangers(room, 2)
  t.false(room.isTight())
  places.push(enter(room, OWN) as Place)
  t.true(room.isTight())
  for (const place of places) place.leave()
  clock.now = 14_999
  t.true(room.isTight())
  clock.now = 15_000
  t.false(room.isTight())
})
