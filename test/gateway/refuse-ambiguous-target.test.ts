import test from 'ava'
import { startTestHouse } from '../support/gateway.ts'
import { exchangeRaw, rawRequest } from '../support/raw-client.ts'

const REFUSED = [
  'http://evil.example/open/x',
  'http://localhost/open/x',
  '*',
  '//open/x',
  '/open//x',
  '/open/x//',
  '/open/.',
  '/open/./x',
  '/open/..',
  '/open/../x',
  '/open/..;/x',
  '/open/.;a=b/x',
  '/open/..%3b/x',
  '/open/.%3Ba=b/x',
  '/open\\x',
  '/open/x\\',
  '/open/x#',
  '/open/x?y#z',
  '/open/%2e',
  '/open/%2E%2e/x',
  '/open/a%2eb',
  '/open%2fx',
  '/open/%2Fx',
  '/open/%5cx',
  '/open/%5C',
  '/open/%00',
  '/open/x%00.png',
  '/open/%25',
  '/open/%252e',
  '/open/%',
  '/open/%4',
  '/open/%zz',
  '/open/%u002e',
]

/** A request line that Node's parser can't make out. */
const MALFORMED = [
  'open/x',
  '/open/\x01',
  '/open/x y',
  '/open/\t',
  '/open/\xff',
  '/open/caf\xe9',
  '/open/x?\xc3\xbc',
  '/open/\x7f',
]

const PASSED = [
  '/open/',
  '/open/...',
  '/open/.x',
  '/open/x.',
  '/open/x..',
  '/open/..x/y',
  '/open/x/',
  "/open/x:@!$&'()*+,;=-._~",
  '/open/"<>[]^`{|}',
  '/open/B%C3%BCro%20Echo.mp3',
  '/open/%c3%bc%23%3f%26',
  '/open/%20%7e%41',
  '/open/x?',
  '/open/x??',
  '/open/x?next=/a/../b%2f',
  '/open/x?a=//b\\c&d=%00%25%2e%zz%',
  '/open/x?u=https://a.example/b',
]

test('a target with a second reading is refused', async (t) => {
  const house = await startTestHouse(t)
  for (const target of [...REFUSED, ...MALFORMED]) {
    const { status, body } = await exchangeRaw(house, rawRequest(`GET ${target}`))
    const code = MALFORMED.includes(target) ? 'malformed_request' : 'ambiguous_request'
    t.deepEqual([status, JSON.parse(body).error], [400, code], target)
  }
  t.is(house.music.requestCount, 0)
})

test('any other target arrives byte for byte', async (t) => {
  const house = await startTestHouse(t)
  for (const target of PASSED) {
    t.is((await exchangeRaw(house, rawRequest(`GET ${target}`))).status, 404, target)
    t.is(house.music.lastRequest?.url, target)
  }
})

test('a refused target is not written to the log with its query', async (t) => {
  const house = await startTestHouse(t)
  await exchangeRaw(house, rawRequest('GET /open/../x?code=hush'))
  const line = await house.logged('/open/../x')
  t.truthy(line)
  t.notRegex(house.log.join(''), /hush/)
})
