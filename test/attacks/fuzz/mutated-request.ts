import { CHUNKED, CHUNKS, get, post, request } from '../corpus/raw-case.ts'

type Random = (below: number) => number

/** Good requests, each of which gets through. */
export function goodRequests(authorization: string): string[] {
  const call = [authorization, 'Content-Type: application/json']
  return [
    get(['Accept: */*', 'User-Agent: fuzz']),
    get([authorization], '/any/x?a=1'),
    request('POST /any/x HTTP/1.1', [...call, 'Content-Length: 5'], 'hello'),
    request('POST /any/x HTTP/1.1', [...call, CHUNKED], '3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n'),
    post([CHUNKED], CHUNKS),
    post(['Content-Length: 11'], 'hello world'),
    request('DELETE /any/x HTTP/1.1', [authorization, CHUNKED], CHUNKS),
    request('HEAD /open/x HTTP/1.1', ['Connection: keep-alive']),
    get(['Connection: keep-alive, X-A', 'X-A: b', 'Cookie: a=b'], '/open/y') + get([authorization], '/any/z'),
    post(['Content-Length: 5'], 'hello') + get([authorization], '/any/z'),
    get([authorization, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'], '/ws'),
  ]
}

const SPACES = [' ', '\t', '\x0b', '\x0c', '\xa0', '\r', '\n', '\r\n', '\r\n ', '\r\n\t', '\0', '\x85']
const LINES = [
  'Content-Length: 0',
  'Content-Length: 5',
  'Content-Length: 7',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: gzip, chunked',
  'Host: evil.example',
  'X-Remote-User-Id: admin',
  'X_Remote_User_Id: admin',
  'X~Remote~User~Id: admin',
  'X-Auth-Scopes: everything',
  'Connection: X-Remote-User-Id, Content-Length',
  'Connection: close',
  'Expect: 100-continue',
  'Upgrade: h2c',
  'Trailer: X-Remote-User-Id',
  'Keep-Alive: timeout=1',
  'Proxy-Connection: keep-alive',
  'X-Forwarded-For: 1.2.3.4',
]
const SIGNS = ['_', '.', '~', '!', '#', '$', '%', '&', "'", '*', '+', '^', '`', '|', '-', ' ', 'X']
const SIZES = ['0', '1', '4', '05', '0x5', '+5', '-1', '5;a', '5 ', ' 5', 'a', 'A', '', 'g', '00000005', '5,5']

/** Small changes that have got past one parser or another. Each takes the whole text and gives it back. */
const MUTATIONS: ((text: string, random: Random) => string)[] = [
  // A space, tab or line end anywhere, or in the place of a space.
  (text, random) => insert(text, random(text.length + 1), pick(SPACES, random)),
  (text, random) => replaceOne(text, / /g, pick(SPACES, random), random),
  // Around a colon.
  (text, random) => replaceOne(text, /:/g, pick([' :', '\t:', ':\x0b', ': \t', '::', ':\r\n '], random), random),
  // Another line end.
  (text, random) => replaceOne(text, /\r\n/g, pick(['\n', '\r', '\r\r\n', '\n\r', '\r\n\r\n', ''], random), random),
  // A line more, before another.
  (text, random) => replaceOne(text, /\r\n/g, `\r\n${pick(LINES, random)}\r\n`, random),
  // A line twice, or gone.
  (text, random) => changeLine(text, random, (line) => `${line}\r\n${line}`),
  (text, random) => changeLine(text, random, () => undefined),
  // A name with a prefix, a suffix, or another sign in it.
  (text, random) => changeLine(text, random, (line) => `${pick(['X-', '_', ' ', '\t', ','], random)}${line}`),
  (text, random) => changeLine(text, random, (line) => line.replace(/-/, pick(SIGNS, random))),
  (text, random) => changeLine(text, random, (line) => line.replace(/:/, `${pick(SIGNS, random)}:`)),
  (text, random) => changeLine(text, random, (line) => (random(2) ? line.toUpperCase() : line.toLowerCase())),
  // A value that is joined with another, or split.
  (text, random) =>
    changeLine(text, random, (line) => `${line}${pick([', x', ',', ';q=1', ' chunked', ', chunked', '"'], random)}`),
  (text, random) => changeLine(text, random, (line) => line.replace(/: (.)/, ': $1\r\n $1')),
  // A number, such as the size of a chunk.
  (text, random) => replaceOne(text, /(?<=\n|: )\d+/g, pick(SIZES, random), random),
  // A byte that is another, more, or gone.
  (text, random) => setByte(text, random(text.length), random(256)),
  (text, random) => insert(text, random(text.length + 1), String.fromCharCode(random(256))),
  (text, random) => cut(text, random(text.length), 1),
  (text, random) => cut(text, random(text.length), random(20)),
  // In the target.
  (text, random) =>
    replaceOne(text, /\//g, pick(['//', '/../', '/./', '\\', '%2f', '/%2e%2e/', '/;', '#/', '?/'], random), random),
  // The version.
  (text, random) =>
    replaceOne(
      text,
      /HTTP\/1\.1/g,
      pick(['HTTP/1.0', 'HTTP/2.0', 'http/1.1', 'HTTP/1.1 ', 'HTTP/0.9'], random),
      random,
    ),
  // A piece of it twice.
  (text, random) => {
    const at = random(text.length)
    return insert(text, random(text.length), text.slice(at, at + random(60)))
  },
]

/** Case number `index` of this seed: always the same. */
export function mutatedRequest(seed: number, index: number, authorization: string): string {
  const random = randomOf(seed, index)
  let text = pick(goodRequests(authorization), random)
  for (let left = 1 + random(2); left > 0; left--) text = pick(MUTATIONS, random)(text, random)
  return text
}

/** Numbers that look random (mulberry32). */
function randomOf(seed: number, index: number): Random {
  let state = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

function pick<T>(list: T[], random: Random): T {
  return list[random(list.length)] as T
}

function insert(text: string, at: number, more: string): string {
  return text.slice(0, at) + more + text.slice(at)
}

function cut(text: string, at: number, length: number): string {
  return text.slice(0, at) + text.slice(at + length)
}

function setByte(text: string, at: number, byte: number): string {
  return text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1)
}

/** One of the places where it is, by chance. */
function replaceOne(text: string, what: RegExp, by: string, random: Random): string {
  const found = [...text.matchAll(what)]
  if (found.length === 0) return text
  const { index, 0: match } = pick(found, random)
  return text.slice(0, index) + by + text.slice(index + match.length)
}

/** @param change gives undefined for a line that goes. */
function changeLine(text: string, random: Random, change: (line: string) => string | undefined): string {
  const lines = text.split('\r\n')
  const at = random(lines.length)
  const changed = change(lines[at] as string)
  lines.splice(at, 1, ...(changed === undefined ? [] : [changed]))
  return lines.join('\r\n')
}
