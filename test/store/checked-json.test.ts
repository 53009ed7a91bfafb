import test from 'ava'
import { checkedJson } from '../../src/store/checked-json.ts'

const row = { value: { userName: 'ada', text: ',"crc":1}', umlaut: 'ä\u{1f600}', absent: undefined }, expires: 1 }

test('what was written is read again, whatever text it holds', (t) => {
  t.like(checkedJson.parse(checkedJson.stringify(row)), JSON.parse(JSON.stringify(row)))
})

test('whichever bit of a row falls over, it is an error', (t) => {
  const bytes = Buffer.from(checkedJson.stringify(row))
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    t.throws(() => checkedJson.parse(changed.toString()), undefined, `bit ${bit}: ${changed}`)
  }
})

test('a row without a checksum is an error', (t) => {
  t.throws(() => checkedJson.parse(JSON.stringify(row)), { message: 'its checksum is wrong' })
})
