import test from 'ava'
import { openGrowingBytes } from '../../src/listen/growing-bytes.ts'

test('pieces of any size come together in their order', (t) => {
  const begun = openGrowingBytes()
  t.is(begun.length(), 0)
  let expected = ''
  for (const piece of ['a', '', 'bcd', 'e'.repeat(100), 'f', 'g'.repeat(1000), 'h']) {
    begun.add(Buffer.from(piece))
    expected += piece
    t.is(begun.all().toString(), expected)
    t.is(begun.length(), expected.length)
  }
})

test('what comes in one piece is not copied, and is not written to afterwards', (t) => {
  const piece = Buffer.from('all of it and more').subarray(0, 9)
  const begun = openGrowingBytes()
  begun.add(piece)
  t.is(begun.all().buffer, piece.buffer)
  begun.add(Buffer.from('!'))
  t.is(begun.all().toString(), 'all of it!')
  t.is(piece.toString(), 'all of it')
})

test('of bytes that come one by one all are copied a few times, not each time', (t) => {
  const begun = openGrowingBytes()
  const rooms = new Set<ArrayBufferLike>()
  for (let i = 0; i < 32_768; i++) {
    begun.add(Buffer.of(i & 0xff))
    // The first ones are parts of Node's own pool.
    rooms.add(begun.all().buffer)
  }
  t.true(rooms.size <= 17, `${rooms.size}`)
  t.true(begun.all().every((byte, i) => byte === (i & 0xff)))
})
