import test from 'ava'
import { LARGEST_HELLO, readClientHello } from '../../src/listen/client-hello.ts'
import { seededRandom } from '../faults/seeded-random.ts'
import { inRecords, madeHello, realHello } from '../support/client-hellos.ts'

const HOME = { serverName: 'dev.example', protocols: ['h2', 'http/1.1'] }
const whole = (hello: { serverName: string | undefined; protocols: string[] }) => ({ kind: 'whole', hello }) as const

/** What is read, without what is only worked out when it is asked for, which never throws. */
function readHello(bytes: Buffer) {
  const found = readClientHello(bytes)
  if (found.kind !== 'whole') return found
  const { takesEc, ...hello } = found.hello
  takesEc()
  return { kind: found.kind, hello }
}

test('what OpenSSL says is read, over TLS 1.2 and 1.3, with SNI and ALPN and without', async (t) => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const named = await realHello({ maxVersion, servername: 'dev.example', ALPNProtocols: ['h2', 'http/1.1'] })
    t.deepEqual(readHello(named), whole(HOME))
    const bare = await realHello({ maxVersion, servername: '' })
    t.deepEqual(readHello(bare), whole({ serverName: undefined, protocols: [] }))
  }
})

test('as long as it is not whole, it says how much more it needs, and never too much', async (t) => {
  const real = await realHello({ servername: 'dev.example', ALPNProtocols: ['h2', 'http/1.1'] })
  for (const bytes of [real, inRecords(madeHello(HOME), [1, 2, 3, 100])]) {
    for (let length = 0; length < bytes.length; length++) {
      const read = readHello(bytes.subarray(0, length))
      if (read.kind !== 'more') return t.fail(`${length} bytes: ${read.kind}`)
      t.true(read.length > length && read.length <= bytes.length)
    }
    t.deepEqual(readHello(bytes), whole(HOME))
    t.deepEqual(readHello(Buffer.concat([bytes, Buffer.of(1, 2, 3)])), whole(HOME), 'what follows is not of it')
  }
})

test('one in several records, or larger than one, is one all the same, up to a limit', (t) => {
  const large = madeHello({ ...HOME, padding: 20_000 })
  t.deepEqual(readHello(inRecords(large, [16_384])), whole(HOME))
  t.deepEqual(readHello(inRecords(madeHello(HOME), Array(30).fill(2))), whole(HOME))
  const tooLarge = inRecords(madeHello({ ...HOME, padding: LARGEST_HELLO }), [16_384])
  t.is(readHello(tooLarge).kind, 'garbled')
  t.is(readHello(tooLarge.subarray(0, 9)).kind, 'more')
  // Its own length tells before the rest of it has come.
  t.is(readHello(tooLarge.subarray(0, 5 + 16_384)).kind, 'garbled')
  t.is(readHello(inRecords(madeHello(HOME), Array(100).fill(1))).kind, 'garbled', 'too many records')
})

test('however often it is looked at, the bytes of one in many records are copied twice at most', (t) => {
  const bytes = inRecords(madeHello({ ...HOME, padding: 30_000 }), Array(59).fill(500))
  const { concat } = Buffer
  let copied = 0
  Buffer.concat = (...parts) => {
    const joined = concat(...parts)
    copied += joined.length
    return joined
  }
  try {
    let read = readHello(bytes.subarray(0, 1))
    while (read.kind === 'more') read = readHello(bytes.subarray(0, read.length))
    t.deepEqual(read, whole(HOME))
  } finally {
    Buffer.concat = concat
  }
  t.true(copied <= 2 * bytes.length, `${copied} of ${bytes.length} bytes`)
})

test('what is no TLS is told from what is none that makes sense', (t) => {
  for (const text of ['GET / HTTP/1.1\r\n\r\n', 'SSH-2.0-x\r\n', '\x80\x2e\x01\x00\x02', '\x16\x02'])
    t.is(readHello(Buffer.from(text, 'latin1')).kind, 'not TLS', text)
  const made = inRecords(madeHello(HOME))
  const changed = (at: number, value: number) => {
    const bytes = Buffer.from(made)
    bytes[at] = value
    return readHello(bytes).kind
  }
  t.is(changed(5, 2), 'garbled', 'a ServerHello')
  t.is(changed(3, 0x7f), 'garbled', 'a record of 32 KB')
  t.is(changed(9 + 34, 255), 'garbled', 'a session that is longer than all of it')
  t.is(changed(made.length - 9, 200), 'garbled', 'a protocol that is longer than its list')
  t.is(readHello(Buffer.of(22, 3, 1, 0, 0)).kind, 'garbled', 'a record of nothing')
})

test('without extensions, as before TLS 1.2, there is no name', (t) => {
  const body = Buffer.concat([Buffer.of(3, 3), Buffer.alloc(32), Buffer.of(0, 0, 2, 0, 0x2f, 1, 0)])
  const bytes = inRecords(Buffer.concat([Buffer.of(1, 0, 0, body.length), body]))
  t.deepEqual(readHello(bytes), whole({ serverName: undefined, protocols: [] }))
})

test('a name is what it is, byte for byte, and the first of two counts', (t) => {
  for (const serverName of ['', 'ÿþ\0\n', '__proto__', 'x'.repeat(300)]) {
    t.deepEqual(readHello(inRecords(madeHello({ serverName }))), whole({ serverName, protocols: [] }))
  }
})

test('whatever comes, it never throws, and never asks for more than its limit', (t) => {
  const below = seededRandom(t)
  const seeds = [inRecords(madeHello(HOME)), inRecords(madeHello({ ...HOME, padding: 300 }), [3, 1, 40])]
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(seeds[round % seeds.length] as Buffer)
    for (let changes = below(6); changes >= 0; changes--) bytes[below(bytes.length)] = below(256)
    const read = readHello(bytes.subarray(0, below(4) === 0 ? below(bytes.length) : bytes.length))
    if (read.kind === 'more' && read.length > LARGEST_HELLO + 5) t.fail(`${read.length} bytes wanted`)
    if (read.kind === 'whole' && read.hello.protocols.length > bytes.length) t.fail('more protocols than bytes')
  }
  t.pass()
})
