import test from 'ava'
import fc from 'fast-check'
import { readCommand } from '../../../src/music-assistant/commands/read-command.ts'

const sentence = (message: string | Uint8Array) => {
  const read = readCommand(message)
  return 'reason' in read ? read.sentence : undefined
}

test('a command is read with its arguments and its id', (t) => {
  const text = '{"command":"players/get","args":{"player_id":"B\\u00fcro"},"message_id":"7"}'
  const expected = { command: 'players/get', args: { player_id: 'Büro' }, messageId: '7' }
  t.deepEqual(readCommand(text), expected)
  t.deepEqual(readCommand(Buffer.from(text)), expected)
  t.deepEqual(readCommand('{"command":"info","args":null}'), { command: 'info', args: {}, messageId: undefined })
})

test('what two parsers read differently is not read at all', (t) => {
  const twice = [
    '{"command":"players/all","command":"auth/token/create"}',
    '{"command":"auth/users","comm\\u0061nd":"players/all"}',
    '{"command":"players/all","args":{"user":"","user":"admin"}}',
    '{"command":"players/all","args":{"a":[{"uri":"library://track/1","uri":"http://x"}]}}',
    '{"__proto__":{},"__proto__":{},"command":"players/all"}',
  ]
  for (const text of twice) t.is(sentence(text), 'Invalid JSON: a key is there twice', text)
  t.is(sentence(Buffer.from('\ufeff{"command":"players/all"}')), 'Invalid JSON: it is no JSON object')
  t.is(sentence(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d])), 'Invalid JSON: it is not UTF-8')
  t.is(sentence(Buffer.from('{"command":"players/all"}', 'utf16le')), 'Invalid JSON: it is no JSON object')
  const others = ['NaN', '{"command":"x","args":{"a":NaN}}', '{"command":"x","args":{"a":Infinity}}', "{'command':'x'}"]
  for (const text of [...others, '{"command":"x",}', '{"command":"x"}{}', '// no\n{"command":"x"}', '', '{"command'])
    t.is(sentence(text), 'Invalid JSON: it is no JSON object', text)
})

test('the depth has a limit, and a body that is nothing but depth no other effect', (t) => {
  const nested = (depth: number) => `{"command":"x","args":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`
  t.is(sentence(nested(62)), undefined)
  t.is(sentence(nested(63)), 'Invalid JSON: it is nested too deeply')
  t.is(sentence('['.repeat(5_000_000)), 'Invalid JSON: it is nested too deeply')
})

test('what has more values than anything that people play is not read', (t) => {
  const many = (values: number) => `{"command":"x","args":{"a":[${'0,'.repeat(values)}0]}}`
  t.is(sentence(many(199_000)), undefined)
  t.is(sentence(many(200_000)), 'Invalid JSON: it has too many values')
})

test('a key that names the prototype is a key like any other', (t) => {
  t.is(sentence('{"__proto__":{"command":"players/all"}}'), 'Invalid JSON: missing required field')
  const read = readCommand('{"command":"players/all","args":{"__proto__":{"user":"admin"}}}')
  t.true('command' in read && Object.hasOwn(read.args ?? {}, '__proto__'))
  t.is(({} as { user?: string }).user, undefined)
})

test('a message of another shape is none', (t) => {
  t.is(sentence('{"args":{}}'), 'Invalid JSON: missing required field')
  t.is(sentence('{"command":["auth/me"]}'), 'Invalid JSON: command is no string')
  t.is(sentence('{"command":"x","args":[]}'), 'Invalid JSON: args is no object')
  t.is(sentence('{"command":"x","message_id":{}}'), 'Invalid JSON: message_id is no string')
  for (const text of ['[]', 'null', '"x"', '1']) t.is(sentence(text), 'Invalid JSON: it is no JSON object', text)
})

test('whatever JSON.stringify writes is read as what it was', (t) => {
  const args = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 }))
  fc.assert(
    fc.property(fc.string(), args, (command, given) => {
      const read = readCommand(JSON.stringify({ command, args: given }))
      t.deepEqual(read, { command, args: JSON.parse(JSON.stringify(given)), messageId: undefined })
    }),
    { verbose: true },
  )
})
