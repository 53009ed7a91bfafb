import test from 'ava'
import { readUnambiguousJson } from '../../src/http/read-unambiguous-json.ts'

const read = (text: string | Buffer) => {
  const known = readUnambiguousJson(Buffer.from(text as string), { depth: 32, refusedKey: '__proto__' })
  return 'value' in known ? known.value : undefined
}

test('what every reader reads alike is read', (t) => {
  for (const text of [
    '{"a":{"a":[{"a":1},{"a":2}]},"b":"a"}',
    '{ "a" : "\\"a\\":", "\\u0062": "{[" }',
    '[]',
    '"ü"',
    '{"constructor":1}',
  ])
    t.deepEqual(read(text), JSON.parse(text), text)
})

test('a key twice is refused, however it is spelt', (t) => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"a":1, "a" :2}',
    '[{"b":{"a":1,"c":[{"a":1}],"a":2}}]',
    '{"__proto__":{}}',
    '{"\\u005f_proto__":{}}',
  ])
    t.is(read(text), undefined, text)
})

test('what is no JSON in UTF-8 is refused', (t) => {
  for (const text of ['', '{', '{"a":1}{', "{'a':1}", '{"a":NaN}', '\ufeff{}', '{"a":1,}'])
    t.is(read(text), undefined, text)
  t.is(read(Buffer.from([0x22, 0xff, 0x22])), undefined)
  t.is(read(Buffer.from('"ü"', 'utf16le')), undefined)
})

test('depth has a limit', (t) => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  t.truthy(read(nested(32)))
  t.is(read(nested(33)), undefined)
  t.is(read(nested(120_000)), undefined)
})
