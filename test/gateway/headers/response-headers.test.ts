import test from 'ava'
import { responseHeaders } from '../../../src/gateway/headers/response-headers.ts'

const JSON_TYPE = ['Content-Type', 'application/json']
const NOSNIFF = ['X-Content-Type-Options', 'nosniff']

test('of an answer no cookie of the gateway goes back, and no widening of a service worker', (t) => {
  const own = ['Set-Cookie', '__Host-skillgate-session=x; Path=/', 'set-cookie', ' __host-skillgate-csrf=y']
  const widening = ['Service-Worker-Allowed', '/']
  const rest = ['Set-Cookie', 'x__Host-skillgate-a=1', 'Set-Cookie', 'a=__Host-skillgate-session=x', ...JSON_TYPE]
  t.deepEqual(responseHeaders([...own, ...widening, ...rest]), [...rest, ...NOSNIFF])
})

test('of an answer all headers go back but those of its own connection', (t) => {
  const own = ['Connection', 'X-Hop, content-length', 'X-HOP', '1', 'keep-alive', '1', 'Transfer-Encoding', 'chunked']
  const rest = ['Set-Cookie', 'a', 'set-cookie', 'b', 'Content-Length', '5', 'X-Remote-User-Id', 'c', 'Server', 'd']
  t.deepEqual(responseHeaders([...own, ...rest, ...JSON_TYPE]), [...rest, ...JSON_TYPE, ...NOSNIFF])
})

test('who may read an answer says the route, where it says anything, and the upstream where not', (t) => {
  const theirs = ['Access-Control-Allow-Origin', '*', 'access-control-Anything', 'a', 'Access-Control-', 'b']
  const rest = ['Access', 'c', 'X-Access-Control-Allow-Origin', 'd', 'Vary', 'Accept', ...JSON_TYPE]
  t.deepEqual(responseHeaders([...theirs, ...rest]), [...theirs, ...rest, ...NOSNIFF])
  t.deepEqual(responseHeaders([...theirs, ...rest], true, []), [...rest, ...NOSNIFF])
  const ours = ['Vary', 'Origin']
  t.deepEqual(responseHeaders([...theirs, ...rest], true, ours), [...rest, ...NOSNIFF, ...ours])
})

/** Whether an answer with these types is kept apart, where the route leaves that on. */
function isKeptApart(types: string[], sandbox?: boolean): boolean {
  const sent = responseHeaders(
    types.flatMap((type) => ['content-type', type]),
    sandbox,
  )
  return sent.some((value, i) => sent[i - 1] === 'Content-Security-Policy' && /^sandbox (?!.*same-origin)/.test(value))
}

const DATA = [
  ...['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/problem+json'],
  ...['text/plain', 'text/css;charset=utf-8', 'text/javascript', 'text/event-stream', 'application/octet-stream'],
  ...[
    'image/png',
    'image/jpeg',
    'image/vnd.microsoft.icon',
    'audio/mpeg',
    'video/mp4',
    'font/woff2',
    'application/pdf',
  ],
]
const DOCUMENTS = [
  ...['text/html', 'text/html; charset=utf-8', 'TEXT/HTML', 'application/xhtml+xml', 'image/svg+xml', 'text/xml'],
  ...['application/xml', 'application/rss+xml', 'application/dash+xml', 'multipart/x-mixed-replace; boundary=a'],
  ...['text/xsl', 'text/made-up', 'made up', '', '*/*', 'image/png, text/html', 'application/json;a=b,text/html'],
  ...['image/pngx', 'ximage/png', 'audio/a+xml', 'text/plain text/html', 'message/rfc822'],
]

test('what a browser may make a document of is kept apart, data are not', (t) => {
  for (const type of DATA) t.false(isKeptApart([type]), type)
  for (const type of DOCUMENTS) t.true(isKeptApart([type]), type)
  t.true(isKeptApart([]))
  t.true(isKeptApart(['application/json', 'application/json']))
  t.true(isKeptApart(['text/html', 'application/json']))
})

test('nothing is kept apart where the route says so', (t) => {
  for (const types of [['text/html'], [], ['image/png']]) t.false(isKeptApart(types, false))
})

test('a policy of the upstream stands beside ours, and a word against guessing is said once', (t) => {
  const policy = ['Content-Security-Policy', 'sandbox allow-same-origin allow-scripts']
  const sent = responseHeaders(['Content-Type', 'text/html', ...policy, 'x-content-type-options', 'sniff, nosniff'])
  t.deepEqual(sent.slice(0, 6), ['Content-Type', 'text/html', ...policy, ...NOSNIFF])
  t.is(sent.length, 8)
})
