import test from 'ava'
import { Browser } from '../support/browser.ts'
import { ADA, startTestHouse } from '../support/gateway.ts'
import { postToken } from '../support/linking.ts'

// The two requests that were captured from the real Alexa on 2025-10-26, but for what was cut out of them.
const AUTHORIZE =
  '/alexa/authorize?client_id=amazon-alexa&response_type=code&redirect_uri=https%3A%2F%2Falexa.amazon.co.jp%2Fapi%2Fskill%2Flink%2FMKXZK47785HJ2&state=A2SbGlhbnQtMTQ&scope=music.control+user%3Aread'
const TOKEN_HEADERS = { 'user-agent': 'Amazon-Alexa-Service/1.0' }

test('the captured authorization request gives the page, and approved, a redirect to the Japanese URI', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await browser.open(AUTHORIZE)
  t.is(page.status, 200)
  t.regex(page.text, /Amazon Alexa/)
  const { status, location } = await browser.submit(page, { username: ADA.name, password: ADA.password })
  t.is(status, 303)
  t.regex(
    location,
    /^https:\/\/alexa\.amazon\.co\.jp\/api\/skill\/link\/MKXZK47785HJ2\?code=[\w-]{43}&state=A2SbGlhbnQtMTQ&iss=/,
  )
})

test('the captured token request, which has no secret, is answered 401, and 200 once the secret is added', async (t) => {
  const house = await startTestHouse(t)
  async function captured(): Promise<Record<string, string>> {
    const browser = new Browser(house)
    const { location } = await browser.submit(await browser.open(AUTHORIZE), {
      username: ADA.name,
      password: ADA.password,
    })
    return {
      grant_type: 'authorization_code',
      code: new URL(location).searchParams.get('code') ?? '',
      client_id: 'amazon-alexa',
      redirect_uri: 'https://alexa.amazon.co.jp/api/skill/link/MKXZK47785HJ2',
    }
  }

  const form = await captured()
  const refused = await postToken(house, form, TOKEN_HEADERS)
  t.is(refused.status, 401)
  t.is(refused.json.error, 'invalid_client')
  t.regex(String(refused.headers['www-authenticate']), /^Basic /)

  // The refusal has not spent the code.
  t.is((await postToken(house, { ...form, client_secret: house.secrets.alexa }, TOKEN_HEADERS)).status, 200)

  const basic = Buffer.from(`amazon-alexa:${house.secrets.alexa}`).toString('base64')
  const byBasic = await postToken(house, await captured(), { ...TOKEN_HEADERS, authorization: `Basic ${basic}` })
  t.is(byBasic.status, 200)
})
