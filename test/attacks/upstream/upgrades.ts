import { FIN, type HostileAnswer, head, ok, RESET } from './hostile-answer.ts'

/** What belongs to the key that the tests send; of RFC 6455 section 1.3. */
const ACCEPT = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='
const SWITCH = 'HTTP/1.1 101 Switching Protocols'
const WEBSOCKET = ['Connection: Upgrade', 'Upgrade: websocket']
const GOOD = head(SWITCH, ...WEBSOCKET, ACCEPT)
const OPENED = { whole: 101 }
const LENGTH = 'Content-Length: 5'
const CHUNKS = '5\r\nhello\r\n0\r\n\r\n'

/** To the upgrade to a WebSocket. */
export const UPGRADES: HostileAnswer[] = [
  { id: 'its consent, as it should be', script: [GOOD], expect: OPENED },
  { id: 'its consent in other letters', script: [GOOD.replace('websocket', 'WebSocket')], expect: OPENED },
  { id: 'its consent after 100', script: [head('HTTP/1.1 100 Continue') + GOOD], expect: OPENED },
  { id: '101 without Upgrade', script: [head(SWITCH, 'Connection: Upgrade', ACCEPT)], expect: 502 },
  { id: '101 without Connection', script: [head(SWITCH, 'Upgrade: websocket', ACCEPT)], expect: 502 },
  { id: '101 without any header', script: [head(SWITCH)], expect: 502 },
  { id: '101 to h2c', script: [head(SWITCH, 'Connection: Upgrade', 'Upgrade: h2c', ACCEPT)], expect: 502 },
  {
    id: '101 to either',
    script: [head(SWITCH, 'Connection: Upgrade', 'Upgrade: websocket, h2c', ACCEPT)],
    expect: 502,
  },
  { id: '101 to both', script: [head(SWITCH, ...WEBSOCKET, 'Upgrade: h2c', ACCEPT)], expect: 502 },
  { id: '101 without Sec-WebSocket-Accept', script: [head(SWITCH, ...WEBSOCKET)], expect: 502 },
  { id: 'an accept of another key', script: [GOOD.replace('s3pP', 's3pQ')], expect: 502 },
  { id: 'an accept in other letters', script: [GOOD.replace('s3pP', 'S3PP')], expect: 502 },
  { id: 'two accepts', script: [head(SWITCH, ...WEBSOCKET, ACCEPT, ACCEPT)], expect: 502 },
  { id: '101 of HTTP/1.0', script: [GOOD.replace('1.1', '1.0')], expect: 502 },
  { id: '101 with chunks', script: [head(SWITCH, ...WEBSOCKET, ACCEPT, 'Transfer-Encoding: chunked')], expect: 502 },
  { id: '101 with 201 headers', script: [head(SWITCH, ...WEBSOCKET, ACCEPT, ...Array(198).fill('X: a'))], expect: 502 },
  {
    id: '101 with 17 KB of a header',
    script: [head(SWITCH, ...WEBSOCKET, ACCEPT, `X: ${'a'.repeat(17_408)}`)],
    expect: 502,
  },
  { id: 'no HTTP', script: ['hello, who are you?'], expect: 502 },
  { id: 'HTTP/2.0', script: [GOOD.replace('1.1', '2.0')], expect: 502 },
  { id: 'status 099', script: [`${head('HTTP/1.1 099 Low', LENGTH)}hello`], expect: 502 },
  { id: 'status 999', script: [`${head('HTTP/1.1 999 High', LENGTH)}hello`], expect: 502 },
  { id: 'another answer', script: [ok([LENGTH], 'hello')], expect: { whole: 200, body: 'hello' } },
  {
    id: 'another answer after 103',
    script: [head('HTTP/1.1 103 Wait') + ok([LENGTH], 'hello')],
    expect: { whole: 200, body: 'hello' },
  },
  { id: 'another answer that its end ends', script: [ok([], 'hello'), FIN], expect: { whole: 200, body: 'hello' } },
  { id: 'another answer that a reset ends', script: [ok([], 'hello'), RESET], expect: 'cut' },
  { id: 'less of another answer than its length', script: [ok(['Content-Length: 9'], 'hello'), FIN], expect: 'cut' },
  { id: 'another answer in gzip', script: [ok(['Transfer-Encoding: gzip'], 'hello'), FIN], expect: 502 },
  { id: 'another answer in gzip and chunks', script: [ok(['Transfer-Encoding: gzip, chunked'], CHUNKS)], expect: 502 },
  { id: 'another answer of two lengths', script: [ok([LENGTH, 'Content-Length: 6'], 'hello!')], expect: 502 },
  { id: 'another answer with a control character', script: [ok([LENGTH, 'X: a\x01b'], 'hello')], expect: 502 },
  { id: 'nothing, and an end', script: [FIN], expect: 502 },
  { id: 'nothing, and a reset', script: [RESET], expect: 502 },
  { id: 'half a head, and an end', script: ['HTTP/1.1 101 Swi', FIN], expect: 502 },
  { id: 'half a head, and a reset', script: ['HTTP/1.1 101 Swi', RESET], expect: 502 },
]

/** Answers to an upgrade that never begin. */
export const ENDLESS_UPGRADES: HostileAnswer[] = [
  { id: 'nothing', script: [], expect: 504 },
  { id: 'half a head', script: [`${SWITCH}\r\n`], expect: 504 },
  { id: 'a drip of 103', script: [{ action: 'drip', text: head('HTTP/1.1 103 Early Hints') }], expect: 504 },
  { id: 'a drip of headers', script: [`${SWITCH}\r\n`, { action: 'drip', text: 'X: a\r\n' }], expect: 504 },
]
