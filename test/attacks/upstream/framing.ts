import { FIN, type HostileAnswer, head, ok, RESET, SMUGGLED } from './hostile-answer.ts'

const CHUNKED = 'Transfer-Encoding: chunked'
const HELLO = { whole: 200, body: 'hello' }
const EMPTY = { whole: 200, body: '' }
const CHUNKS = '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'

/** What says where a body ends: said twice, wrongly, or not at all. */
export const FRAMING: HostileAnswer[] = [
  { id: 'a length, as it should be', script: [ok(['Content-Length: 5'], 'hello')], expect: HELLO, head: EMPTY },
  { id: 'chunks, as they should be', script: [ok([CHUNKED], CHUNKS)], expect: HELLO, head: EMPTY },
  { id: 'Chunked in other letters', script: [ok(['transfer-encoding: CHUNKED'], CHUNKS)], expect: HELLO, head: EMPTY },
  { id: 'two lengths that differ', script: [ok(['Content-Length: 5', 'Content-Length: 6'], 'hello!')], expect: 502 },
  { id: 'two lengths that agree', script: [ok(['Content-Length: 5', 'Content-Length: 5'], 'hello')], expect: 502 },
  { id: 'a list of lengths', script: [ok(['Content-Length: 5, 5'], 'hello')], expect: 502 },
  { id: 'a negative length', script: [ok(['Content-Length: -5'], 'hello')], expect: 502 },
  { id: 'a length with a plus', script: [ok(['Content-Length: +5'], 'hello')], expect: 502 },
  { id: 'a length in hexadecimal', script: [ok(['Content-Length: 0x5'], 'hello')], expect: 502 },
  { id: 'a length with a space in it', script: [ok(['Content-Length: 5 5'], 'hello')], expect: 502 },
  { id: 'a length with a fraction', script: [ok(['Content-Length: 5.0'], 'hello')], expect: 502 },
  { id: 'a length of more than 64 bits', script: [ok(['Content-Length: 18446744073709551621'], 'hello')], expect: 502 },
  { id: 'a space before the colon of a length', script: [ok(['Content-Length : 5'], 'hello')], expect: 502 },
  { id: 'Transfer-Encoding gzip', script: [ok(['Transfer-Encoding: gzip'], 'hello'), FIN], expect: 502 },
  { id: 'gzip before chunked', script: [ok(['Transfer-Encoding: gzip, chunked'], CHUNKS)], expect: 502 },
  { id: 'gzip after chunked', script: [ok(['Transfer-Encoding: chunked, gzip'], CHUNKS), FIN], expect: 502 },
  { id: 'xchunked', script: [ok(['Transfer-Encoding: xchunked'], 'hello'), FIN], expect: 502 },
  { id: 'chunked in a header and another', script: [ok([CHUNKED, CHUNKED], CHUNKS)], expect: 502 },
  { id: 'chunked, chunked', script: [ok(['Transfer-Encoding: chunked, chunked'], CHUNKS)], expect: 502 },
  { id: 'chunked with a parameter', script: [ok(['Transfer-Encoding: chunked;q=1'], CHUNKS), FIN], expect: 502 },
  { id: 'chunked in quotes', script: [ok(['Transfer-Encoding: "chunked"'], CHUNKS), FIN], expect: 502 },
  { id: 'Transfer-Encoding identity', script: [ok(['Transfer-Encoding: identity'], 'hello'), FIN], expect: 502 },
  { id: 'an empty Transfer-Encoding', script: [ok(['Transfer-Encoding:'], 'hello'), FIN], expect: 502 },
  { id: 'chunks and then a length', script: [ok([CHUNKED, 'Content-Length: 5'], CHUNKS)], expect: 502 },
  { id: 'a length and then chunks', script: [ok(['Content-Length: 5', CHUNKED], CHUNKS)], expect: 502 },
  { id: 'gzip and a length', script: [ok(['Transfer-Encoding: gzip', 'Content-Length: 5'], 'hello')], expect: 502 },
  { id: 'chunks in HTTP/1.0', script: [head('HTTP/1.0 200 OK', CHUNKED) + CHUNKS, FIN], expect: 502 },
  { id: 'a space before the colon of the chunks', script: [ok(['Transfer-Encoding : chunked'], CHUNKS)], expect: 502 },
  { id: 'a vertical tab behind chunked', script: [ok([`${CHUNKED}\x0b`], CHUNKS), FIN], expect: 502 },

  {
    id: 'a size of a chunk that is none',
    script: [ok([CHUNKED], 'xyz\r\nhello\r\n0\r\n\r\n')],
    expect: 'cut',
    head: EMPTY,
  },
  { id: 'a negative size of a chunk', script: [ok([CHUNKED], '-5\r\nhello\r\n0\r\n\r\n')], expect: 'cut', head: EMPTY },
  {
    id: 'a size of a chunk of 68 bits',
    script: [ok([CHUNKED], '10000000000000005\r\nhello')],
    expect: 'cut',
    head: EMPTY,
  },
  {
    id: 'a chunk that is longer than it says',
    script: [ok([CHUNKED], '4\r\nhello\r\n0\r\n\r\n')],
    expect: 'cut',
    head: EMPTY,
  },
  {
    id: 'a chunk that ends with a bare line feed',
    script: [ok([CHUNKED], '5\nhello\n0\n\n')],
    expect: 'cut',
    head: EMPTY,
  },
  {
    id: 'extensions of chunks',
    script: [ok([CHUNKED], '5;a=b;c="d"\r\nhello\r\n0;e\r\n\r\n')],
    expect: HELLO,
    head: EMPTY,
  },
  {
    id: 'a flood of extensions of a chunk',
    script: [ok([CHUNKED], `5;${'a'.repeat(200_000)}\r\nhello\r\n0\r\n\r\n`)],
    expect: HELLO,
    head: EMPTY,
  },
  {
    id: 'trailers that would be headers',
    script: [ok([CHUNKED, 'Trailer: Set-Cookie'], `5\r\nhello\r\n0\r\nSet-Cookie: a=1\r\n\r\n`)],
    expect: HELLO,
    head: EMPTY,
  },
  {
    id: 'a length among its trailers',
    script: [ok([CHUNKED], '5\r\nhello\r\n0\r\nContent-Length: 1\r\n\r\n')],
    expect: 'cut',
    head: EMPTY,
  },
  {
    id: 'a flood of trailers',
    script: [ok([CHUNKED], `5\r\nhello\r\n0\r\n${'X: aaaaaaaa\r\n'.repeat(5000)}\r\n`)],
    expect: 'cut',
    head: EMPTY,
  },

  {
    id: 'less than its length, and an end',
    script: [ok(['Content-Length: 9'], 'hello'), FIN],
    expect: 'cut',
    head: EMPTY,
  },
  {
    id: 'less than its length, and a reset',
    script: [ok(['Content-Length: 9'], 'hello'), RESET],
    expect: 'cut',
    head: EMPTY,
  },
  { id: 'no last chunk, and an end', script: [ok([CHUNKED], '5\r\nhello\r\n'), FIN], expect: 'cut', head: EMPTY },
  { id: 'no last chunk, and a reset', script: [ok([CHUNKED], '5\r\nhello\r\n'), RESET], expect: 'cut', head: EMPTY },
  { id: 'half a chunk, and an end', script: [ok([CHUNKED], '5\r\nhe'), FIN], expect: 'cut', head: EMPTY },
  { id: 'a body that only its end ends', script: [ok([], 'hello'), FIN], expect: HELLO, head: EMPTY },
  { id: 'a body that only a reset ends', script: [ok([], 'hello'), RESET], expect: 'cut', head: EMPTY },
  {
    id: 'a body of HTTP/1.0 that its end ends',
    script: [`${head('HTTP/1.0 200 OK')}hello`, FIN],
    expect: HELLO,
    head: EMPTY,
  },
  {
    id: 'a body of HTTP/1.0 that a reset ends',
    script: [`${head('HTTP/1.0 200 OK')}hello`, RESET],
    expect: 'cut',
    head: EMPTY,
  },

  { id: 'more than its length', script: [ok(['Content-Length: 5'], 'hello and more')], expect: HELLO, head: EMPTY },
  {
    id: 'an answer behind it, in one packet',
    script: [ok(['Content-Length: 5'], 'hello') + SMUGGLED],
    expect: HELLO,
    head: EMPTY,
  },
  {
    id: 'an answer behind it, in the next packet',
    script: [ok(['Content-Length: 5'], 'hello'), SMUGGLED],
    expect: HELLO,
    head: EMPTY,
  },
  { id: 'an answer behind its chunks', script: [ok([CHUNKED], CHUNKS) + SMUGGLED], expect: HELLO, head: EMPTY },
  { id: 'a length of nothing, and an answer behind it', script: [ok(['Content-Length: 0']) + SMUGGLED], expect: EMPTY },
  { id: 'a 204 with an answer behind it', script: [head('HTTP/1.1 204 Nothing') + SMUGGLED], expect: { whole: 204 } },
  {
    id: 'a 204 with a body',
    script: [`${head('HTTP/1.1 204 Nothing', 'Content-Length: 8')}SMUGGLED`],
    expect: { whole: 204 },
  },
  { id: 'a 204 with chunks', script: [head('HTTP/1.1 204 Nothing', CHUNKED) + CHUNKS], expect: { whole: 204 } },
  {
    id: 'a 304 with a body',
    script: [`${head('HTTP/1.1 304 Same', 'Content-Length: 8')}SMUGGLED`],
    expect: { whole: 304 },
  },
  { id: 'a 304 with an answer behind it', script: [head('HTTP/1.1 304 Same') + SMUGGLED], expect: { whole: 304 } },
]
