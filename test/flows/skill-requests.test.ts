import test, { type ExecutionContext } from 'ava'
import { GatewayError } from '../../src/http/gateway-error.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { signedHeaders, skillRequest } from '../support/alexa-signing.ts'
import { exactRequest } from '../support/exact-request.ts'
import { noteExchange } from '../support/exchange.ts'
import { identityOf } from '../support/lenient-upstream.ts'
import { amazon, type SkillHouse, startSkillHouse } from '../support/skill-house.ts'
import { issueToken } from '../support/tokens.ts'

const NOBODY = 'A'.repeat(43)

async function grantOf({ prepared: { store } }: SkillHouse, token: string): Promise<unknown> {
  const access = await store.get('access', hashSecret(token))
  return access && store.get('grant', access.grant)
}

function isCard(t: ExecutionContext, { status, text }: { status: number; text: string }, words: RegExp) {
  t.is(status, 200)
  const { response } = JSON.parse(text)
  t.deepEqual(response.card, { type: 'LinkAccount' })
  t.is(response.outputSpeech.type, 'PlainText')
  t.regex(response.outputSpeech.text, words)
  t.true(response.shouldEndSession)
}

test('a signed request gets to the skill byte for byte, with the identity of whoever has linked', async (t) => {
  const house = await startSkillHouse(t)
  const token = await issueToken(house)
  const body = `${JSON.stringify(skillRequest({ token }), null, 3)}\n `.replace('LaunchRequest', 'L\\u0061unchRequest')
  const answer = await house.send(body, { headers: { 'X-Remote-User-Id': 'mallory' } })
  t.is(answer.status, 200)
  const [executed] = house.upstream.executed
  t.is(executed!.body, body)
  t.true(identityOf(executed!).includes('x-remote-user-name: ada'))
  t.false(identityOf(executed!).join().includes('mallory'))
  const names = executed!.headers.map(([name]) => name)
  t.true(names.includes('signature-256') && names.includes('signaturecertchainurl'), 'it may check them itself')
  await house.logged('"user":"ada"')
})

test('the token is found wherever Alexa puts it', async (t) => {
  const house = await startSkillHouse(t)
  const token = await issueToken(house)
  const { context, request, session } = skillRequest({ token })
  const linked = skillRequest({ type: 'AlexaSkillEvent.SkillAccountLinked', more: { body: { accessToken: token } } })
  const user = { id: 'amzn1.ask.account.X', accessToken: token }
  const music = {
    header: { messageId: 'm', namespace: 'Alexa.Media.Search', name: 'GetPlayableContent', payloadVersion: '1.0' },
    payload: { requestContext: { user } },
  }
  for (const body of [
    { context, request },
    { session, request: { ...(request as object), requestId: 'other' } },
    linked,
    music,
  ]) {
    t.is((await house.send(body)).status, 200)
    t.true(identityOf(house.upstream.executed.at(-1)!).includes('x-remote-user-name: ada'), JSON.stringify(body))
  }
  t.is(house.upstream.executed.length, 4)
})

test('without a good token Alexa puts a card into the app, in the language of whoever speaks', async (t) => {
  const house = await startSkillHouse(t)
  isCard(t, await house.send(skillRequest()), /link your account/)
  isCard(t, await house.send(skillRequest({ locale: 'de-DE', token: NOBODY })), /verknüpfe dein Konto/)
  isCard(t, await house.send(skillRequest({ locale: 'ja-JP', token: 'no token at all' })), /link your account/)
  isCard(t, await house.send(skillRequest({ token: null })), /link your account/)
  t.is(house.upstream.executed.length, 0)
})

test('where Amazon allows no speech there is none, also without a good token', async (t) => {
  const house = await startSkillHouse(t)
  for (const type of ['SessionEndedRequest', 'AudioPlayer.PlaybackStarted', 'PlaybackController.NextCommandIssued']) {
    const { status, text } = await house.send(skillRequest({ type }))
    t.deepEqual([status, JSON.parse(text)], [200, { version: '1.0', response: {} }], type)
  }
  t.is(house.upstream.executed.length, 0)
})

test('a body of lists in lists is refused like any other that Alexa never sends, with no error of ours', async (t) => {
  const house = await startSkillHouse(t)
  const deep = '['.repeat(60_000) + ']'.repeat(60_000)
  const { request } = skillRequest() as { request: object }
  for (const body of [
    `{"request":${JSON.stringify(request)},"session":{"application":{"applicationId":${deep}}}}`,
    `{"request":{"type":"LaunchRequest","timestamp":${deep}}}`,
    deep,
  ]) {
    const { status, text } = await house.send(body)
    t.deepEqual([status, JSON.parse(text).error], [400, 'skill_request_refused'])
  }
})

test('a token of too few scopes is none that is good', async (t) => {
  const house = await startSkillHouse(t, { scopes: ['music.control'] })
  isCard(t, await house.send(skillRequest({ token: await issueToken(house, ['music.read']) })), /link/)
  t.is((await house.send(skillRequest({ token: await issueToken(house, ['music.control']) }))).text, 'ok')
})

test('where an account is optional, a request without a good token is passed on as nobody’s', async (t) => {
  const house = await startSkillHouse(t)
  for (const token of [undefined, NOBODY]) {
    const answer = await house.send(skillRequest({ token }), { path: '/open-skill' })
    t.is(answer.text, 'ok')
    t.deepEqual(identityOf(house.upstream.executed.at(-1)!), [])
  }
  const token = await issueToken(house)
  await house.send(skillRequest({ token }), { path: '/open-skill' })
  t.true(identityOf(house.upstream.executed.at(-1)!).includes('x-remote-user-name: ada'))
})

test('a directive for music gets in by a good token alone', async (t) => {
  const house = await startSkillHouse(t)
  const music = (accessToken: string | null) => ({
    header: { messageId: 'm', namespace: 'Alexa.Media.Search', name: 'GetPlayableContent', payloadVersion: '1.0' },
    payload: { requestContext: { user: { id: 'u', accessToken } } },
  })
  for (const token of [null, NOBODY]) {
    t.is((await house.send(music(token), { path: '/open-skill' })).status, 400)
    t.is((await house.send(music(token))).status, 400)
  }
  t.is(house.upstream.executed.length, 0)
})

test('what Alexa has not signed is answered 400; only the log says why', async (t) => {
  const house = await startSkillHouse(t)
  const body = JSON.stringify(skillRequest({ token: await issueToken(house) }))
  const unsigned = await exactRequest(house, { method: 'POST', path: '/skill', body })
  t.is(unsigned.status, 400)
  t.deepEqual(JSON.parse(unsigned.text), {
    error: 'skill_request_refused',
    error_description: 'This is no request that Alexa has signed for a skill at this address.',
  })
  const mutated = await house.send(body, { headers: { 'Signature-256': Buffer.alloc(256, 7).toString('base64') } })
  t.is(mutated.status, 400)
  t.is(mutated.text, unsigned.text)
  t.is((await house.send(skillRequest({ skill: 'amzn1.ask.skill.other' }))).status, 400)
  t.is((await house.send(skillRequest({ at: 0 }))).status, 400)
  await house.logged('header-missing')
  await house.logged('signature-wrong')
  await house.logged('skill-id-unknown')
  await house.logged('timestamp-too-old')
  t.is(house.upstream.executed.length, 0)
})

test('a replayed request is answered 400', async (t) => {
  const house = await startSkillHouse(t)
  const body = skillRequest({ token: await issueToken(house) })
  t.is((await house.send(body)).status, 200)
  t.is((await house.send(body)).status, 400)
  t.is((await house.send(body, { path: '/open-skill' })).status, 400, 'at another route too')
  t.is(house.upstream.executed.length, 1)
})

test('what only a simulator sends is taken out, in every spelling; the rest of the query stays', async (t) => {
  const house = await startSkillHouse(t)
  const token = await issueToken(house)
  const ask = async (path: string) => {
    await house.send(skillRequest({ token }), {
      path,
      headers: { 'X-Simulator-Signature': 'x', X_Simulator_Cert: 'y' },
    })
    const { requestLine, headers } = house.upstream.executed.at(-1)!
    t.false(headers.some(([name]) => name.includes('simulator')))
    return requestLine.split(' ')[1]
  }
  t.is(await ask('/skill?sim_signature=a&sim_cert=b'), '/skill')
  t.is(await ask('/skill?a=1&sim_signature=a&b=%20+2&Sim_Cert=b&'), '/skill?a=1&b=%20+2&')
  t.is(await ask('/skill?sim%5Fsignature=a&%73im_cert=b&sim_cert[]=c&x'), '/skill?x')
})

test('a body of 2 MB is refused unread, and nothing is fetched for it', async (t) => {
  const house = await startSkillHouse(t)
  const body = JSON.stringify({ ...skillRequest(), padding: 'a'.repeat(2_000_000) })
  t.is((await house.send(body)).status, 413)
  t.is(house.fetches(), 0)
  const chunked = await house.send(body, { headers: { 'Transfer-Encoding': 'chunked' } })
  t.is(chunked.status, 413)
})

test('a fetch that hangs holds up nobody else, and a hundred requests at once make one', async (t) => {
  const hanging = Promise.withResolvers<string>()
  const house = await startSkillHouse(t, { fetchChain: () => hanging.promise })
  const token = await issueToken(house)
  // Without connections, whose handshakes would be what takes long here.
  const asked = Array.from({ length: 100 }, () => {
    const body = Buffer.from(JSON.stringify(skillRequest({ token })))
    const rawHeaders = signedHeaders(body, amazon.signer)
    const { exchange, told } = noteExchange({ method: 'POST', target: '/skill', rawHeaders })
    const handled = house.gateway.handle({ ...exchange, readBody: async () => body })
    return { told, handled }
  })
  const health = await exactRequest(house, { path: '/health' })
  t.is(health.status, 200)
  t.true(asked.every(({ told }) => told.status === undefined))
  hanging.resolve(amazon.chain)
  await Promise.all(asked.map(({ handled }) => handled))
  t.true(asked.every(({ told }) => told.status === 200))
  t.is(house.fetches(), 1)
})

test('where Alexa’s certificates cannot be had, the answer is 503 and names no fault of the request', async (t) => {
  const house = await startSkillHouse(t, {
    fetchChain: () => Promise.reject(new GatewayError('chain_unavailable', 'it hangs', { 'Retry-After': '5' })),
  })
  const answer = await house.send(skillRequest())
  t.is(answer.status, 503)
  t.is(answer.headers['retry-after'], '5')
  t.is(JSON.parse(answer.text).error, 'chain_unavailable')
})

test('while the store cannot be read nobody is told to link anew', async (t) => {
  const house = await startSkillHouse(t)
  await house.send(skillRequest({ token: await issueToken(house) }))
  const token = await issueToken(house)
  await house.prepared.store.close()
  const answer = await house.send(skillRequest({ token }))
  t.is(answer.status, 503)
  t.is(JSON.parse(answer.text).error, 'store_unavailable')
})

const DISABLED = 'AlexaSkillEvent.SkillDisabled'

test('a skill that is switched off ends the grant whose token is in the event', async (t) => {
  const house = await startSkillHouse(t)
  const [token, others] = [await issueToken(house), await issueToken(house)]
  house.advance(1000)
  t.is((await house.send(skillRequest({ type: DISABLED, token, at: house.now() }))).status, 200)
  t.is(await grantOf(house, token), undefined)
  t.truthy(await grantOf(house, others), "somebody else's stays")
  t.like(house.events().at(-1), { event: 'revoked', client: 'amazon-alexa', detail: `by Alexa: ${DISABLED}` })
  isCard(t, await house.send(skillRequest({ token, at: house.now() })), /link/)
})

test('a skill that is switched off ends the grant that was last used by the same person, where no token comes', async (t) => {
  const house = await startSkillHouse(t)
  const token = await issueToken(house)
  await house.send(skillRequest({ token, userId: 'amzn1.ask.account.ADA' }))
  house.advance(1000)
  const event = (userId: string) => skillRequest({ type: DISABLED, userId, at: house.now() })
  const other = await house.send(event('amzn1.ask.account.OTHER'))
  t.is(other.status, 200)
  t.truthy(await grantOf(house, token), 'nobody knows that one')
  const answer = await house.send(event('amzn1.ask.account.ADA'))
  t.is(answer.status, 200)
  t.is(JSON.parse(answer.text).response.card, undefined, 'an event is not spoken to')
  t.is(await grantOf(house, token), undefined)
  t.is((await house.send(event('amzn1.ask.account.ADA'))).status, 200, 'it may come again')
})

test('linking tells whose a grant is, before anything was asked', async (t) => {
  const house = await startSkillHouse(t)
  const token = await issueToken(house)
  const body = { accessToken: token }
  await house.send(skillRequest({ type: 'AlexaSkillEvent.SkillAccountLinked', userId: 'ADA', more: { body } }))
  house.advance(1000)
  await house.send(skillRequest({ type: DISABLED, userId: 'ADA', at: house.now() }))
  t.is(await grantOf(house, token), undefined)
})

test('an event that comes late ends nothing that was linked after it', async (t) => {
  const house = await startSkillHouse(t)
  const happened = house.now()
  house.advance(60_000)
  const token = await issueToken(house)
  await house.send(skillRequest({ token, userId: 'ADA', at: house.now() }))
  const more = { eventCreationTime: new Date(happened).toISOString() }
  t.is((await house.send(skillRequest({ type: DISABLED, userId: 'ADA', at: house.now(), more }))).status, 200)
  t.truthy(await grantOf(house, token))
})

test('what a skill may be sent is posted to its own address, and nothing else', async (t) => {
  const house = await startSkillHouse(t)
  t.is((await exactRequest(house, { path: '/skill' })).status, 405)
  t.is((await house.send(skillRequest(), { path: '/skill/more' })).status, 404)
})
