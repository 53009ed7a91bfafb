import test, { type ExecutionContext } from 'ava'
import { ForeignRequestError } from '../../../src/oauth/checks/foreign-request-error.ts'
import { deny } from '../../../src/oauth/deny.ts'
import { answerEndpoint, type Handler, type Told } from '../../../src/oauth/endpoints/answer-endpoint.ts'
import { CLIENT } from '../../support/grants.ts'
import { openServer } from '../../support/server.ts'

const PAGE: Told = { errors: 'page', explained: 'link_does_not_work', foreign: 'start_again' }
const JSON_BASIC: Told = { errors: 'json', challenge: 'Basic' }
const JSON_BEARER: Told = { errors: 'json', challenge: 'Bearer' }
const TARGET = { client: CLIENT, redirectUri: 'https://client.example/back', state: 's' }

async function open(t: ExecutionContext) {
  const { server, events } = await openServer(t)
  const answer = (told: Told, handle: Handler, headers = {}) => {
    const request = { query: '', headers, address: '192.0.2.1', readBody: async () => '' }
    return answerEndpoint(server, { handle, told }, request)
  }
  return { answer, events }
}

test('an error that comes before the redirect target is known is explained on a page, and nobody is sent anywhere', async (t) => {
  const { answer } = await open(t)
  const { status, body, headers, detail } = await answer(PAGE, () => {
    throw deny('client-unknown', 'the private detail')
  })
  t.is(status, 400)
  t.regex(body, /This link does not work/)
  t.regex(body, /The client_id is not known here\./)
  t.notRegex(body, /private/)
  t.is(headers.Location, undefined)
  t.is(detail, 'invalid_request: the private detail')
})

test('one that comes after it goes there, with the state', async (t) => {
  const { answer } = await open(t)
  const { status, headers, detail } = await answer(PAGE, (_server, _request, known) => {
    known.redirectTarget = TARGET
    throw deny('response-type-not-code', 'the private detail')
  })
  t.is(status, 303)
  const { origin, pathname, searchParams } = new URL(String(headers.Location))
  t.is(origin + pathname, TARGET.redirectUri)
  t.deepEqual(Object.fromEntries(searchParams), {
    error: 'unsupported_response_type',
    error_description: 'The response_type has to be code.',
    state: 's',
    iss: 'https://home.example',
  })
  t.is(detail, 'unsupported_response_type: the private detail')
})

test('what comes from no page of ours is never redirected, not even to a target that is known', async (t) => {
  const { answer } = await open(t)
  const { status, headers, body } = await answer(PAGE, (_server, _request, known) => {
    known.redirectTarget = TARGET
    throw new ForeignRequestError('made up')
  })
  t.is(status, 403)
  t.is(headers.Location, undefined)
  t.regex(body, /Please start again/)
  t.notRegex(body, /made up/)
})

test('no step is taken for a script', async (t) => {
  const { answer } = await open(t)
  const never = () => t.fail() as never
  t.is((await answer(PAGE, never, { 'sec-fetch-dest': 'empty' })).status, 403)
  const reached = { status: 200, headers: {}, body: '' }
  t.is(await answer(PAGE, () => reached, { 'sec-fetch-dest': 'document' }), reached)
  t.is(await answer(JSON_BASIC, () => reached, { 'sec-fetch-dest': 'empty' }), reached, 'a program may call the others')
})

test('a program gets its errors in JSON, and with 401 the way to prove who it is; the audit trail has that one', async (t) => {
  const { answer, events } = await open(t)
  const wrong = () => {
    throw deny('credentials-wrong', 'wrong secret')
  }
  const basic = await answer(JSON_BASIC, wrong)
  t.is(basic.status, 401)
  t.deepEqual(JSON.parse(basic.body), {
    error: 'invalid_client',
    error_description: 'The client credentials are not valid.',
  })
  t.is(basic.headers['WWW-Authenticate'], 'Basic realm="skillgate", charset="UTF-8"')
  t.deepEqual(events, [{ event: 'client_refused', address: '192.0.2.1', detail: 'wrong secret' }])

  const bearer = (await answer(JSON_BEARER, wrong)).headers['WWW-Authenticate']
  t.is(bearer, 'Bearer realm="skillgate"', 'without credentials there is no error to name')
  const told = (await answer(JSON_BEARER, wrong, { authorization: 'Bearer x' })).headers['WWW-Authenticate']
  t.regex(String(told), /^Bearer realm="skillgate", error="invalid_client", error_description="The client/)
})

test('an error has the headers that it was thrown with, and only 401 a challenge', async (t) => {
  const { answer, events } = await open(t)
  const { status, headers } = await answer(JSON_BASIC, () => {
    throw deny('too-many-devices', { headers: { 'Retry-After': '7' } })
  })
  t.is(status, 429)
  t.is(headers['Retry-After'], '7')
  t.false('WWW-Authenticate' in headers)
  t.deepEqual(events, [])
})

test('what is no refusal is left to the gateway', async (t) => {
  const { answer } = await open(t)
  for (const told of [PAGE, JSON_BASIC]) {
    const broken = answer(told, () => Promise.reject(new RangeError('broken')))
    await t.throwsAsync(broken, { instanceOf: RangeError })
  }
})
