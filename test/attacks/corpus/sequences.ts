import { CHUNKED, CHUNKS, get, post, type RawCase, request } from './raw-case.ts'

const NEXT = get(['X-Case: the next one'])
const BEARER_CALL = get(['BEARER'], '/any/x')

/** What is refused, of every kind; a good request stands behind it in the same packet. */
const REFUSALS: [id: string, bytes: string][] = [
  ['two-hosts', get(['Host: evil.example'])],
  ['no-host', 'GET /open/x HTTP/1.1\r\nX: y\r\n\r\n'],
  ['dots', get([], '/open/../x')],
  ['get-with-length', `${get(['Content-Length: 5'])}hello`],
  ['get-with-chunks', get([CHUNKED]) + CHUNKS],
  ['trace', request('TRACE /open/x HTTP/1.1')],
  ['connect', request('CONNECT localhost:1 HTTP/1.1')],
  ['expect', post(['Expect: x', 'Content-Length: 5'], 'hello')],
  ['coding', post(['Transfer-Encoding: gzip, chunked'], CHUNKS)],
  ['look-alike', post(['Content_Length: 5'])],
  ['proto', get(['__proto__: x'])],
  ['beyond-ascii', get(['X: \xff'])],
  ['version', request('GET /open/x HTTP/2.0')],
  ['too-many-headers', get(Array.from({ length: 101 }, (_, i) => `X-${i}: y`))],
  ['authorization-twice', get(['Authorization: a', 'Authorization: b'])],
  ['absolute', request('GET http://evil.example/ HTTP/1.1')],
  ['upgrade-elsewhere', get(['Connection: Upgrade', 'Upgrade: h2c'])],
  ['upgrade-of-no-route', get(['Connection: Upgrade', 'Upgrade: websocket'], '/health')],
  ['garbage', '\0\0\0\r\n\r\n'],
]

/** Several requests in one packet. */
export const SEQUENCES: RawCase[] = [
  ...REFUSALS.map(([id, bytes]) => ({
    id: `refused-then-more-${id}`,
    bytes: bytes + NEXT,
    answers: [400],
    executed: 0,
  })),
  { id: 'two', bytes: get() + NEXT, answers: [200, 200], executed: 2 },
  { id: 'ten', bytes: get().repeat(10), answers: Array(10).fill(200), executed: 10 },
  { id: 'empty-lines-between', bytes: `${get()}\r\n\r\n${NEXT}`, answers: [200, 200], executed: 2 },
  { id: 'post-then-get', bytes: post(['Content-Length: 5'], 'hello') + NEXT, answers: [200, 200], executed: 2 },
  { id: 'chunks-then-get', bytes: post([CHUNKED], CHUNKS) + NEXT, answers: [200, 200], executed: 2 },
  { id: 'get-then-garbage', bytes: `${get()}\0\0\0\r\n\r\n`, answers: [200, 400], executed: 1 },
  { id: 'post-then-garbage', bytes: `${post([CHUNKED], CHUNKS)}\0\0\0\r\n\r\n`, answers: [200, 400], executed: 1 },
  { id: 'post-with-too-much', bytes: post(['Content-Length: 2'], 'hello\r\n\r\n'), answers: [200, 400], executed: 1 },
  { id: 'get-then-refused-then-get', bytes: get() + get([], '/open/../x') + NEXT, answers: [200, 400], executed: 1 },
  { id: 'own-answer-then-get', bytes: get([], '/health') + NEXT, answers: [200, 200], executed: 1 },
  { id: 'unauthorized-then-get', bytes: get([], '/any/x') + NEXT, answers: [401, 200], executed: 1 },
  { id: 'nowhere-then-get', bytes: get([], '/nowhere') + NEXT, answers: [404, 200], executed: 1 },
  { id: 'close-then-get', bytes: get(['Connection: close']) + NEXT, answers: [200], executed: 1 },
  { id: 'http-1.0-then-get', bytes: request('GET /open/x HTTP/1.0') + NEXT, answers: [200], executed: 1 },
  { id: 'get-inside-a-body', bytes: post([`Content-Length: ${NEXT.length}`], NEXT), answers: [200], executed: 1 },
  {
    id: 'get-inside-a-chunk',
    bytes: post([CHUNKED], `${NEXT.length.toString(16)}\r\n${NEXT}\r\n0\r\n\r\n`),
    answers: [200],
    executed: 1,
  },
  { id: 'with-a-token', bytes: BEARER_CALL, answers: [200], executed: 1 },
  { id: 'with-a-token-then-without', bytes: BEARER_CALL + get([], '/any/x'), answers: [200, 401], executed: 1 },
  { id: 'without-a-token-then-with', bytes: get([], '/any/x') + BEARER_CALL, answers: [401, 200], executed: 1 },
]
