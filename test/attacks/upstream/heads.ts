import { FIN, type HostileAnswer, head, ok } from './hostile-answer.ts'

const LENGTH = 'Content-Length: 5'
const HELLO = { whole: 200, body: 'hello' }
const EMPTY = { whole: 200, body: '' }
const REST = `\r\n${LENGTH}\r\n\r\nhello`
const GOOD = ok([LENGTH], 'hello')
/** As one counts them: names and values. */
const lines = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: a`)

/** Heads that are none, or that a client must not get. */
export const HEADS: HostileAnswer[] = [
  ...[
    ['no HTTP at all', 'hello, who are you?'],
    ['a body without a head', 'hello'],
    ['nonsense as long as the beginning of a head', 'nonsense\r\n\r\n'],
    ['HTTP/0.9', `HTTP/0.9 200 OK${REST}`],
    ['HTTP/2.0', `HTTP/2.0 200 OK${REST}`],
    ['HTTP/1.2', `HTTP/1.2 200 OK${REST}`],
    ['HTTP/11.1', `HTTP/11.1 200 OK${REST}`],
    ['HTTP in small letters', `http/1.1 200 OK${REST}`],
    ['ICY', `ICY 200 OK${REST}`],
    ['RTSP/1.0', `RTSP/1.0 200 OK${REST}`],
    [
      'the first frame of HTTP/2',
      '\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00',
    ],
    ['an alert of TLS', '\x15\x03\x01\x00\x02\x02\x46'],
    ['a byte order mark before its head', `\xef\xbb\xbf${GOOD}`],
    ['empty lines before its head', `\r\n\r\n${GOOD}`],
    ['a tab in its first line', `HTTP/1.1\t200 OK${REST}`],
    ['two spaces in its first line', `HTTP/1.1  200 OK${REST}`],
    ['no space before its status', `HTTP/1.1200 OK${REST}`],
    ['status 000', `HTTP/1.1 000 None${REST}`],
    ['status 099', `HTTP/1.1 099 Low${REST}`],
    ['status 600', `HTTP/1.1 600 High${REST}`],
    ['status 999', `HTTP/1.1 999 High${REST}`],
    ['status 1000', `HTTP/1.1 1000 High${REST}`],
    ['status 20', `HTTP/1.1 20 OK${REST}`],
    ['status abc', `HTTP/1.1 abc OK${REST}`],
    ['status -200', `HTTP/1.1 -200 OK${REST}`],
    ['status 2e2', `HTTP/1.1 2e2 OK${REST}`],
    ['a NUL in a value', ok([LENGTH, 'X: a\0b'], 'hello')],
    ['a control character in a value', ok([LENGTH, 'X: a\x01b'], 'hello')],
    ['a DEL in a value', ok([LENGTH, 'X: a\x7fb'], 'hello')],
    ['a bare CR in a value', ok([LENGTH, 'X: a\rSet-Cookie: b=1'], 'hello')],
    ['a value over two lines', ok([LENGTH, 'X: a\r\n b'], 'hello')],
    ['a bare LF after a value', ok([LENGTH, 'X: a\nSet-Cookie: b=1'], 'hello')],
    ['bare LFs all over its head', GOOD.replaceAll('\r\n', '\n')],
    ['a name with a space', ok([LENGTH, 'X Y: a'], 'hello')],
    ['a name with a NUL', ok([LENGTH, 'X\0Y: a'], 'hello')],
    ['a name of nothing', ok([LENGTH, ': a'], 'hello')],
    ['a line without a colon', ok([LENGTH, 'nothing'], 'hello')],
    ['a value before its first name', `${head('HTTP/1.1 200 OK', ' X: a', LENGTH)}hello`],
    ['a value of 17 KB', ok([LENGTH, `X: ${'a'.repeat(17 * 1024)}`], 'hello')],
    ['a value of 1 MB', ok([LENGTH, `X: ${'a'.repeat(2 ** 20)}`], 'hello')],
    ['a name of 1 MB', ok([LENGTH, `${'a'.repeat(2 ** 20)}: X`], 'hello')],
    ['201 headers', ok([LENGTH, ...lines(200)], 'hello')],
    ['10,000 headers of a letter each', ok([LENGTH, ...Array(10_000).fill('a:')], 'hello')],
    ['101 without an upgrade', head('HTTP/1.1 101 Switching Protocols')],
    ['101 to WebSocket', head('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket')],
    ['101 to h2c', head('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: h2c')],
    ['101 after 100', head('HTTP/1.1 100 Continue') + head('HTTP/1.1 101 Switching Protocols')],
    ['100 of HTTP/1.0', head('HTTP/1.0 100 Continue') + GOOD],
    ['100 and nonsense', `${head('HTTP/1.1 100 Continue')}nonsense`],
    ['a flood of 103', head('HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload').repeat(400) + GOOD],
    ['a 103 that is a flood', head('HTTP/1.1 103 Early Hints', `X: ${'a'.repeat(2 ** 20)}`) + GOOD],
  ].map(([id, text]): HostileAnswer => ({ id: id as string, script: [text as string], expect: 502 })),

  { id: '100, as it may be', script: [head('HTTP/1.1 100 Continue'), GOOD], expect: HELLO, head: EMPTY },
  {
    id: '100 in one packet with its answer',
    script: [head('HTTP/1.1 100 Continue') + GOOD],
    expect: HELLO,
    head: EMPTY,
  },
  { id: '100 without a reason', script: [head('HTTP/1.1 100') + GOOD], expect: HELLO, head: EMPTY },
  {
    id: '100, 102, 103 and 199',
    script: [100, 102, 103, 199].map((status) => head(`HTTP/1.1 ${status} Wait`, LENGTH)).concat(GOOD),
    expect: HELLO,
    head: EMPTY,
  },
  { id: '100 behind it', script: [GOOD + head('HTTP/1.1 100 Continue')], expect: HELLO, head: EMPTY },
  { id: 'no reason', script: [`HTTP/1.1 200${REST}`], expect: HELLO, head: EMPTY },
  { id: 'a reason of bytes', script: [`HTTP/1.1 200 N\xe4\xff${REST}`], expect: HELLO, head: EMPTY },
  { id: 'a reason of 100 KB', script: [`HTTP/1.1 200 ${'a'.repeat(100_000)}${REST}`], expect: HELLO, head: EMPTY },
  { id: 'a value of bytes', script: [ok([LENGTH, 'X: \x80\xff'], 'hello')], expect: HELLO, head: EMPTY },
  { id: '200 headers', script: [ok([LENGTH, ...lines(199)], 'hello')], expect: HELLO, head: EMPTY },
  {
    id: 'a value of 15 KB',
    script: [ok([LENGTH, `X: ${'a'.repeat(15 * 1024)}`], 'hello')],
    expect: HELLO,
    head: EMPTY,
  },
  {
    id: 'a header __proto__',
    script: [ok([LENGTH, '__proto__: a', 'constructor: b'], 'hello')],
    expect: HELLO,
    head: EMPTY,
  },
  { id: '100 and an end', script: [head('HTTP/1.1 100 Continue'), FIN], expect: 502 },
]
