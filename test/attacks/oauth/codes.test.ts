import { createHash } from 'node:crypto'
import test from 'ava'
import { JAPAN, startTestHouse } from '../../support/gateway.ts'
import { approve, callApi, exchange, refresh } from '../../support/linking.ts'

const US = 'https://pitangui.amazon.com/api/skill/link/MKXZK47785HJ2'
const VERIFIER = 'v'.repeat(43)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

test('33. of 20 exchanges of one code at the same time exactly one gets tokens, and they are good', async (t) => {
  const house = await startTestHouse(t)
  for (let round = 0; round < 5; round++) {
    const code = (await approve(house)).get('code')
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(house, code)))
    const winners = answers.filter(({ status }) => status === 200)
    const losers = answers.filter(({ status, json }) => status === 400 && json.error === 'invalid_grant')
    t.is(winners.length, 1)
    t.is(losers.length, 19)
    t.is((await callApi(house, String(winners[0]!.json.access_token))).status, 200)
    t.is((await refresh(house, winners[0]!.json.refresh_token)).status, 200)
  }
})

test('34. a code that comes again within 10 s is refused, and what it gave lives on', async (t) => {
  const house = await startTestHouse(t)
  const code = (await approve(house)).get('code')
  const { json } = await exchange(house, code)
  for (const milliseconds of [0, 10_000]) {
    house.advance(milliseconds)
    const replay = await exchange(house, code)
    t.is(replay.status, 400)
    t.is(replay.json.error, 'invalid_grant')
  }
  t.is((await callApi(house, String(json.access_token))).status, 200)
  t.is((await refresh(house, json.refresh_token)).status, 200)
})

test('34. a code that comes again after 10 s is refused, and what it gave ends at once', async (t) => {
  const house = await startTestHouse(t)
  const code = (await approve(house)).get('code')
  const other = await exchange(house, (await approve(house)).get('code'))
  const { json } = await exchange(house, code)
  const refreshed = await refresh(house, json.refresh_token)
  house.advance(10_001)
  for (const token of [json.access_token, refreshed.json.access_token]) {
    t.is((await callApi(house, String(token))).status, 200, 'the cache knows it')
  }
  const replay = await exchange(house, code)
  t.is(replay.status, 400)
  t.is(replay.json.error, 'invalid_grant')
  for (const token of [json.access_token, refreshed.json.access_token]) {
    t.is((await callApi(house, String(token))).status, 401)
  }
  t.is((await refresh(house, json.refresh_token)).json.error, 'invalid_grant')
  t.is((await exchange(house, code)).json.error, 'invalid_grant', 'and it stays refused')
  t.is((await callApi(house, String(other.json.access_token))).status, 200, 'another link lives on')
  t.is((await refresh(house, other.json.refresh_token)).status, 200)
})

test('34. a replay by somebody who could not have exchanged the code ends nothing', async (t) => {
  const house = await startTestHouse(t)
  const challenge = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }
  const code = (await approve(house, challenge)).get('code')
  const { json } = await exchange(house, code, { code_verifier: VERIFIER })
  house.advance(60_000)
  const wrong: Record<string, string | undefined>[] = [
    { code_verifier: 'w'.repeat(43) },
    { code_verifier: undefined },
    { code_verifier: VERIFIER, redirect_uri: US },
    { code_verifier: VERIFIER, client_id: 'other', client_secret: house.secrets.other },
    { code_verifier: VERIFIER, client_secret: 'wrong' },
  ]
  for (const extra of wrong) {
    const { status, json: refusal } = await exchange(house, code, extra)
    t.is(status, extra.client_secret === 'wrong' ? 401 : 400)
    t.is(refusal.error, extra.client_secret === 'wrong' ? 'invalid_client' : 'invalid_grant')
    t.is((await callApi(house, String(json.access_token))).status, 200, JSON.stringify(extra))
  }
  t.is((await refresh(house, json.refresh_token)).status, 200)
  t.is((await exchange(house, code, { code_verifier: VERIFIER })).status, 400)
  t.is((await callApi(house, String(json.access_token))).status, 401, 'the right credentials do end it')
})

test("35. another client's code is invalid_grant, and stays good for the client that it was made for", async (t) => {
  const house = await startTestHouse(t)
  const code = (await approve(house)).get('code')
  const { status, json } = await exchange(house, code, { client_id: 'other', client_secret: house.secrets.other })
  t.is(status, 400)
  t.is(json.error, 'invalid_grant')
  t.is((await exchange(house, code)).status, 200)
})

test('35. a code with another redirect URI than the one it was asked for with is invalid_grant', async (t) => {
  const house = await startTestHouse(t)
  const code = (await approve(house)).get('code')
  for (const redirect_uri of [US, `${JAPAN}/`, JAPAN.toUpperCase(), 'https://evil.example/']) {
    const { status, json } = await exchange(house, code, { redirect_uri })
    t.is(status, 400)
    t.is(json.error, 'invalid_grant', redirect_uri)
  }
  for (const redirect_uri of [undefined, '']) {
    t.is((await exchange(house, code, { redirect_uri })).json.error, 'invalid_request')
  }
  t.is((await exchange(house, code)).status, 200)
})

test("35. another client's refresh token is invalid_grant, and goes on working for its own", async (t) => {
  const house = await startTestHouse(t)
  const { json } = await exchange(house, (await approve(house)).get('code'))
  const stolen = await refresh(house, json.refresh_token, { client_id: 'other', client_secret: house.secrets.other })
  t.is(stolen.status, 400)
  t.is(stolen.json.error, 'invalid_grant')
  const asPhone = await refresh(house, json.refresh_token, { client_id: 'phone', client_secret: undefined })
  t.is(asPhone.json.error, 'invalid_grant')
  t.is((await refresh(house, json.refresh_token)).status, 200)
})

test('35. an access token, a refresh token and a code are never taken for one another', async (t) => {
  const house = await startTestHouse(t)
  const code = (await approve(house)).get('code')
  const { json } = await exchange(house, (await approve(house)).get('code'))
  t.is((await refresh(house, json.access_token)).json.error, 'invalid_grant')
  t.is((await refresh(house, code)).json.error, 'invalid_grant')
  t.is((await exchange(house, String(json.refresh_token))).json.error, 'invalid_grant')
  t.is((await exchange(house, String(json.access_token))).json.error, 'invalid_grant')
  t.is((await callApi(house, String(json.refresh_token))).status, 401)
  t.is((await callApi(house, String(code))).status, 401)
})
