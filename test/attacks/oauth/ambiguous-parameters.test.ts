import test from 'ava'
import { Browser } from '../../support/browser.ts'
import { exactRequest, FORM, postExactToken } from '../../support/exact-request.ts'
import { ADA, JAPAN, startTestHouse } from '../../support/gateway.ts'
import {
  ALEXA_REQUEST,
  alexaCredentials,
  approve,
  exchange,
  link,
  openAuthorize,
  refresh,
} from '../../support/linking.ts'

const QUERY = new URLSearchParams(ALEXA_REQUEST).toString()

test('32. any parameter that is there twice at the authorization endpoint is invalid_request', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const twice = [
    'response_type=code',
    'response_type=',
    'scope=user:read',
    'state=A1b2C3d4E5f6G7',
    'st%61te=other',
    'unknown=1&unknown=1',
    'unknown=&unknown=',
    '__proto__=1&__proto__=2',
    'code_challenge=a&code_challenge=b',
    'prompt=login&prompt=consent',
  ]
  for (const extra of twice) {
    const { status, location } = await browser.open(`/alexa/authorize?${QUERY}&${extra}`)
    t.is(status, 303, extra)
    t.true(location.startsWith(`${JAPAN}?error=invalid_request&`), `${extra}: ${location}`)
  }
  t.is((await browser.open(`/alexa/authorize?${QUERY}&unknown=1&other=2`)).status, 200)
})

test('32. any parameter that is there twice at the token endpoint is invalid_request, and spends nothing', async (t) => {
  const house = await startTestHouse(t)
  const code = (await approve(house)).get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri: JAPAN, ...alexaCredentials(house) }
  const right = new URLSearchParams(form).toString()
  for (const name of [...Object.keys(form), 'code_verifier', 'unknown', '__proto__']) {
    const value = form[name as keyof typeof form] ?? 'x'
    const repeated = name in form && name !== '__proto__' ? '' : `&${name}=${value}`
    const { status, text } = await postExactToken(house, `${right}${repeated}&${name}=${encodeURIComponent(value)}`)
    t.is(status, 400, name)
    t.is(JSON.parse(text).error, 'invalid_request', name)
  }
  const refreshToken = (await link(house)).refresh
  const twice = `grant_type=refresh_token&refresh_token=${refreshToken}&refresh_token=${refreshToken}`
  const credentials = new URLSearchParams(alexaCredentials(house)).toString()
  t.is(JSON.parse((await postExactToken(house, `${twice}&${credentials}`)).text).error, 'invalid_request')
  t.is((await exchange(house, code)).status, 200)
  t.is((await refresh(house, refreshToken)).status, 200)
})

test('32. any field that is there twice in the form of the consent page is a page with status 400', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const [[name, value] = []] = browser.cookies
  const headers = { ...FORM, cookie: `${name}=${value}` }
  const fields = { ...page.hidden, username: ADA.name, password: ADA.password, decision: 'approve' }
  const right = new URLSearchParams(fields).toString()
  for (const field of Object.keys(fields)) {
    const body = `${right}&${field}=x`
    const answer = await exactRequest(house, { method: 'POST', path: page.action, headers, body })
    t.is(answer.status, 400, field)
    t.is(answer.headers.location, undefined, field)
  }
  const denied = `${right.replace('decision=approve', 'decision=deny')}&decision=approve`
  t.is((await exactRequest(house, { method: 'POST', path: page.action, headers, body: denied })).status, 400)
})

test('32. what would change the meaning of a request and is not supported is said to be so', async (t) => {
  const house = await startTestHouse(t)
  const refused: [parameters: Record<string, string>, error: string][] = [
    [{ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    [{ request_uri: 'https://evil.example/request' }, 'request_uri_not_supported'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ response_mode: 'form_post' }, 'invalid_request'],
    [{ prompt: 'none' }, 'login_required'],
    [{ prompt: 'login none' }, 'invalid_request'],
    [{ max_age: '-1' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type'],
    [{ response_type: 'CODE' }, 'unsupported_response_type'],
    [{ response_type: '' }, 'invalid_request'],
  ]
  for (const [parameters, error] of refused) {
    const { status, location } = await openAuthorize(house, parameters)
    t.is(status, 303, JSON.stringify(parameters))
    const answer = new URL(location).searchParams
    t.is(answer.get('error'), error, JSON.stringify(parameters))
    t.is(answer.get('state'), ALEXA_REQUEST.state)
  }
  for (const parameters of [{ prompt: 'login' }, { prompt: 'consent' }, { response_mode: 'query' }]) {
    t.is((await openAuthorize(house, parameters)).status, 200, JSON.stringify(parameters))
  }
})
