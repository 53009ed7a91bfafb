import type { RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import { hashSecret } from '../../src/secrets/secret.ts'
import { breakStore } from '../support/break-store.ts'
import { DIRECTIVE_NAMES, DIRECTIVES, sendDirective, startDirectiveHouse } from '../support/directives.ts'
import { ADA, type TestHouse } from '../support/gateway.ts'
import { link, refresh } from '../support/linking.ts'
import { exchangeRaw, type RawAnswer, rawRequest } from '../support/raw-client.ts'
import { startFixedUpstream, startRawUpstream } from '../support/scripted-upstream.ts'
import { issueToken } from '../support/tokens.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The type of an error, once the rest of the answer is what Alexa takes. */
function typeOf(t: ExecutionContext, { status, header, body }: RawAnswer): string {
  t.deepEqual([status, header('content-type'), header('www-authenticate')], [200, ['application/json'], []])
  const answer = JSON.parse(body)
  const { header: head, payload } = answer.event ?? answer
  t.is(head.name, 'ErrorResponse', body)
  t.regex(head.messageId, UUID)
  return payload.type
}

/** What each of the four envelopes is answered. */
async function typesOf(t: ExecutionContext, house: TestHouse, token: string): Promise<string[]> {
  const types: string[] = []
  for (const name of DIRECTIVE_NAMES) types.push(typeOf(t, await sendDirective(house, DIRECTIVES[name](token))))
  return types
}

const DAY = 86_400_000
/** What an upstream says that has done what it was told. */
const DONE = '{"event":{"header":{"name":"Response"}}}'
const sayDone: RequestListener = (_, response) => {
  response.end(DONE)
}
/** What all four are answered, where the third one asks to accept a grant. */
const all = (type: string) => [type, type, 'ACCEPT_GRANT_FAILED', type]

test('a directive goes on byte for byte with the identity of its token, wherever that stands', async (t) => {
  const seen: { headers: Record<string, unknown>; body: string }[] = []
  const house = await startDirectiveHouse(t, async (request, response) => {
    const body = (await request.toArray()).join('')
    seen.push({ headers: request.headers, body })
    response.end('{"event":"done"}')
  })
  const token = await issueToken(house)
  for (const name of ['turn on', 'discovery', 'music'] as const) {
    const body = `${JSON.stringify(DIRECTIVES[name](token), undefined, 1)}\n`.replace('"m"', '"m\\u00fc ü"')
    for (const headers of [[], [`Authorization: Bearer ${token}`], ['X-Remote-User-Name: eve']]) {
      const { status, body: answered } = await sendDirective(house, body, headers)
      t.deepEqual([status, answered], [200, '{"event":"done"}'])
      const { headers: got, body: came } = seen.pop()!
      t.is(came, body)
      t.is(got['x-remote-user-name'], 'ada')
      t.is(got['x-auth-scopes'], 'music.read music.control')
      t.regex(String(got.authorization), /^Bearer ./)
      t.not(got.authorization, `Bearer ${token}`)
    }
  }
  const whole = JSON.stringify(DIRECTIVES.discovery(token))
  const chunks = [whole.slice(0, 20), whole.slice(20), ''].map((one) => `${one.length.toString(16)}\r\n${one}\r\n`)
  const head = ['Content-Type: application/json', 'Transfer-Encoding: chunked']
  t.is((await exchangeRaw(house, rawRequest('POST /directives', head, chunks.join('')))).status, 200)
  const { headers: got, body: came } = seen.pop()!
  t.deepEqual([came, got['content-length'], got['transfer-encoding']], [whole, String(whole.length), undefined])
  const { directive } = DIRECTIVES['turn on'](undefined)
  t.is((await sendDirective(house, { directive }, [`Authorization: Bearer ${token}`])).status, 200)
  t.is(seen.length, 1)
})

test('AcceptGrant is answered by the gateway itself', async (t) => {
  let asked = 0
  const house = await startDirectiveHouse(t, (_, response) => {
    asked++
    response.end()
  })
  const { status, body } = await sendDirective(house, DIRECTIVES['accept grant'](await issueToken(house)))
  t.is(status, 200)
  const { event } = JSON.parse(body)
  t.regex(event.header.messageId, UUID)
  t.like(event, { header: { namespace: 'Alexa.Authorization', name: 'AcceptGrant.Response' }, payload: {} })
  t.is(asked, 0)
  t.false(house.log.join('').includes('"C"'))
})

test('a token that is unknown or revoked is the only one that is told as invalid', async (t) => {
  const house = await startDirectiveHouse(t, sayDone)
  const { store } = house.prepared
  t.deepEqual(await typesOf(t, house, 'u'.repeat(43)), all('INVALID_AUTHORIZATION_CREDENTIAL'))
  const { access } = await link(house)
  t.is((await sendDirective(house, DIRECTIVES.discovery(access))).status, 200)
  const { grant } = (await store.get('access', hashSecret(access)))!
  await store.delete('grant', grant)
  house.advance(10_001)
  t.deepEqual(await typesOf(t, house, access), all('INVALID_AUTHORIZATION_CREDENTIAL'))
})

test('a token that has expired unlinks nobody, also after it would have been purged', async (t) => {
  const house = await startDirectiveHouse(t, sayDone)
  const { store } = house.prepared
  const { access, refresh: refreshToken } = await link(house)
  for (const after of [3_600_000, 6 * DAY]) {
    house.advance(after)
    await store.purgeExpired(house.now(), 1000)
    t.deepEqual(await typesOf(t, house, access), all('INTERNAL_ERROR'), `${after}`)
  }
  const { json } = await refresh(house, refreshToken)
  t.is((await sendDirective(house, DIRECTIVES.discovery(json.access_token))).body, DONE)
  house.advance(DAY)
  await store.purgeExpired(house.now(), 1000)
  t.deepEqual(await typesOf(t, house, access), all('INVALID_AUTHORIZATION_CREDENTIAL'), 'nobody knows it any more')
})

test('what can come back unlinks nobody: a disabled user, a client that is not configured, a clock that is wrong', async (t) => {
  const house = await startDirectiveHouse(t, sayDone)
  const { store } = house.prepared
  const { access } = await link(house)
  const user = (await store.get('user', ADA.name))!
  await store.replace('user', ADA.name, user.revision, { ...user, revision: user.revision + 1, disabled: true })
  house.advance(10_001)
  t.deepEqual(await typesOf(t, house, access), all('INTERNAL_ERROR'))
  const disabled = (await store.get('user', ADA.name))!
  await store.replace('user', ADA.name, disabled.revision, { ...user, revision: disabled.revision + 1 })
  house.advance(10_001)
  t.is((await sendDirective(house, DIRECTIVES.discovery(access))).body, DONE)

  await house.reload(({ oauth }) => {
    for (const client of oauth.clients) if (client.id === 'amazon-alexa') client.id = 'amazon-alexa-renamed'
  })
  t.deepEqual(await typesOf(t, house, access), all('INTERNAL_ERROR'))
  await house.reload(({ oauth }) => {
    for (const client of oauth.clients) if (client.id === 'amazon-alexa-renamed') client.id = 'amazon-alexa'
  })

  house.setClock(400 * DAY)
  t.deepEqual(await typesOf(t, house, access), all('INTERNAL_ERROR'), 'a year ahead')
  house.setClock(-800 * DAY)
  t.deepEqual(await typesOf(t, house, access), all('INTERNAL_ERROR'), 'a year behind')
  house.setClock(400 * DAY)
  t.is((await sendDirective(house, DIRECTIVES.discovery(access))).body, DONE)
})

test('a token without the scope of the route unlinks nobody, and gets nowhere', async (t) => {
  let asked = 0
  const house = await startDirectiveHouse(t, (_, response) => {
    asked++
    response.end()
  })
  t.deepEqual(await typesOf(t, house, await issueToken(house, ['music.read'])), all('INTERNAL_ERROR'))
  t.is(asked, 0)
})

test('two tokens that differ are refused, though both are good, and so is none', async (t) => {
  const house = await startDirectiveHouse(t, sayDone)
  const [one, other] = [await issueToken(house), await issueToken(house)]
  for (const headers of [[`Authorization: Bearer ${other}`], ['Authorization: Basic YTpi']]) {
    for (const name of DIRECTIVE_NAMES) {
      const type = typeOf(t, await sendDirective(house, DIRECTIVES[name](one), headers))
      t.is(type, name === 'accept grant' ? 'ACCEPT_GRANT_FAILED' : 'INVALID_DIRECTIVE', headers[0])
    }
  }
  const whole = DIRECTIVES['turn on'](one)
  const twice = { directive: { ...whole.directive, payload: { scope: { token: other } } } }
  t.is(typeOf(t, await sendDirective(house, twice)), 'INVALID_DIRECTIVE')
  t.is(typeOf(t, await sendDirective(house, DIRECTIVES.music(null))), 'INVALID_DIRECTIVE')
  t.is(
    typeOf(t, await sendDirective(house, { directive: { ...whole.directive, endpoint: undefined } })),
    'INVALID_DIRECTIVE',
  )
})

test('while the store is broken nobody is unlinked, and afterwards all is as before', async (t) => {
  const house = await startDirectiveHouse(t, sayDone)
  const token = await issueToken(house)
  const mend = await breakStore(t, house)
  for (const one of [token, 'u'.repeat(43)]) t.deepEqual(await typesOf(t, house, one), all('INTERNAL_ERROR'))
  await mend()
  t.is((await sendDirective(house, DIRECTIVES.discovery(token))).body, DONE)
})

test('an upstream that is down is a bridge that cannot be reached', async (t) => {
  const house = await startDirectiveHouse(t, sayDone)
  await house.reload(({ upstreams }) => {
    upstreams['music-assistant'].url = 'http://127.0.0.1:1'
  })
  const token = await issueToken(house)
  for (const name of ['turn on', 'discovery', 'music'] as const)
    t.is(typeOf(t, await sendDirective(house, DIRECTIVES[name](token))), 'BRIDGE_UNREACHABLE', name)
  t.regex(await house.logged('"code":"bad_gateway"'), /music-assistant at http:\/\/127\.0\.0\.1:1/)
})

test('an upstream that is slow is a device that cannot be reached, where one was meant', async (t) => {
  const house = await startDirectiveHouse(t, () => {})
  await house.reload(({ upstreams }) => {
    upstreams['music-assistant'].response_timeout = 1
  })
  const token = await issueToken(house)
  const send = async (name: 'turn on' | 'discovery') => typeOf(t, await sendDirective(house, DIRECTIVES[name](token)))
  t.deepEqual(await Promise.all([send('turn on'), send('discovery')]), ['ENDPOINT_UNREACHABLE', 'BRIDGE_UNREACHABLE'])
})

test('an upstream that answers with an error, or not whole, is an internal error', async (t) => {
  const answers = [
    'HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno',
    'HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno',
    'HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno',
    'HTTP/1.1 302 No\r\nLocation: /\r\nContent-Length: 2\r\n\r\nno',
    'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"event":',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"event":\r\n',
  ]
  const house = await startDirectiveHouse(t, sayDone)
  const token = await issueToken(house)
  for (const answer of answers) {
    const { url } = await startFixedUpstream(t, answer, (socket) => socket.end())
    await house.reload(({ upstreams }) => {
      upstreams['music-assistant'].url = url
    })
    t.is(typeOf(t, await sendDirective(house, DIRECTIVES['turn on'](token))), 'INTERNAL_ERROR', answer)
  }
  for (const part of ['', 'HTTP/1.1 200']) {
    const { url } = await startRawUpstream(t, (socket) => {
      socket.once('data', () => socket.end(part))
    })
    await house.reload(({ upstreams }) => {
      upstreams['music-assistant'].url = url
    })
    t.is(typeOf(t, await sendDirective(house, DIRECTIVES['turn on'](token))), 'BRIDGE_UNREACHABLE', part)
  }
})

test('an upstream that answers with no envelope, or would unlink somebody itself, is an internal error', async (t) => {
  let answer: string | Buffer = ''
  let encodings: unknown
  const house = await startDirectiveHouse(t, (request, response) => {
    encodings = request.headers['accept-encoding']
    if (typeof answer !== 'string') response.setHeader('Content-Encoding', 'gzip')
    response.end(answer)
  })
  const token = await issueToken(house)
  const error = (type: string) => ({ header: { namespace: 'Alexa', name: 'ErrorResponse' }, payload: { type } })
  for (const bad of [
    '',
    '<html>Sign in</html>',
    '"Invalid Command"',
    '[]',
    'null',
    gzipSync('{"event":{}}'),
    JSON.stringify({ event: error('INVALID_AUTHORIZATION_CREDENTIAL') }),
    JSON.stringify({ event: error('EXPIRED_AUTHORIZATION_CREDENTIAL') }),
    JSON.stringify(error('INVALID_AUTHORIZATION_CREDENTIAL')),
  ]) {
    answer = bad
    const answered = await sendDirective(house, DIRECTIVES['turn on'](token), ['Accept-Encoding: gzip'])
    t.is(typeOf(t, answered), 'INTERNAL_ERROR', String(bad))
  }
  t.is(encodings, undefined, 'what is to be read must not be compressed')
  answer = JSON.stringify({ event: error('NO_SUCH_ENDPOINT') })
  const { body } = await sendDirective(house, DIRECTIVES['turn on'](token))
  t.is(body, answer, 'any other error of its own is its to tell')
})

test('an answer that is too long to be held goes on as it comes, and is whole', async (t) => {
  const long = `{"event":"${'x'.repeat(3 * 1024 * 1024)}"}`
  const house = await startDirectiveHouse(t, (_, response) => response.end(long))
  const { status, body } = await sendDirective(house, DIRECTIVES.discovery(await issueToken(house)))
  t.is(status, 200)
  t.true(body === long)
})

test('a body that is no directive, is too large or compressed is refused as such', async (t) => {
  let asked = 0
  const house = await startDirectiveHouse(t, (_, response) => {
    asked++
    response.end()
  })
  const headers = [`Authorization: Bearer ${await issueToken(house)}`]
  const errorOf = ({ status, body }: RawAnswer) => [status, JSON.parse(body).error]
  for (const body of ['', '{}', 'directive', '{"directive":{}}', '{"directive":1,"directive":2}'])
    t.deepEqual(errorOf(await sendDirective(house, body, headers)), [400, 'not_a_directive'], body)
  const large = JSON.stringify({ ...DIRECTIVES.discovery('T'), more: 'x'.repeat(256 * 1024) })
  t.deepEqual(errorOf(await sendDirective(house, large, headers)), [413, 'body_too_large'])
  const zipped = [...headers, 'Content-Encoding: gzip']
  t.deepEqual(errorOf(await sendDirective(house, DIRECTIVES.discovery('T'), zipped)), [415, 'unsupported_body'])
  t.is(asked, 0)
})
