import { createHash, randomBytes } from 'node:crypto'
import test, { type ExecutionContext } from 'ava'
import { Browser } from '../../support/browser.ts'
import { ADA, JAPAN, startTestHouse } from '../../support/gateway.ts'
import { alexaCredentials, exchange, openAuthorize, postToken } from '../../support/linking.ts'

const TYPED = { username: ADA.name, password: ADA.password }
const ONLY = 'https://other.example/back'
const ELSEWHERE = 'https://evil.example/'

function newVerifier(): { verifier: string; asked: Record<string, string> } {
  const verifier = randomBytes(32).toString('base64url')
  const code_challenge = createHash('sha256').update(verifier).digest('base64url')
  return { verifier, asked: { code_challenge, code_challenge_method: 'S256' } }
}

/** A house at which one client has one redirect URI; Alexa has two. */
async function openHouse(t: ExecutionContext) {
  const house = await startTestHouse(t, ({ oauth }) => {
    Object.assign(oauth.clients.find(({ id }) => id === 'other')!, { redirect_uris: [ONLY] })
  })
  /** @returns where the browser is sent, and with which code. */
  const approve = async (parameters: Record<string, string | undefined>) => {
    const browser = new Browser(house)
    const page = await openAuthorize(house, parameters, browser)
    const { location } = await browser.submit(page, TYPED)
    return { location, code: new URL(location).searchParams.get('code') ?? '' }
  }
  const asOther = { client_id: 'other', client_secret: house.secrets.other }
  const send = (code: string, form: Record<string, string | undefined>) =>
    postToken(house, { grant_type: 'authorization_code', code, ...form })
  return { house, approve, send, asOther }
}

test('22. a client with one redirect URI need not name it, and is sent back to that and to nothing else', async (t) => {
  const { house, approve, send, asOther } = await openHouse(t)
  for (const redirect_uri of [undefined, '']) {
    const { location, code } = await approve({ client_id: 'other', redirect_uri })
    t.true(location.startsWith(`${ONLY}?code=`), location)
    for (const wrong of [ELSEWHERE, `${ONLY}/`, JAPAN]) {
      t.is((await send(code, { ...asOther, redirect_uri: wrong })).json.error, 'invalid_grant', wrong)
    }
    t.is((await send(code, asOther)).status, 200)
  }
  const refused = await openAuthorize(house, { client_id: 'other', redirect_uri: undefined, scope: 'nothing' })
  t.true(refused.location.startsWith(`${ONLY}?error=invalid_scope&`), refused.location)
  const { code } = await approve({ client_id: 'other', redirect_uri: undefined })
  t.is((await send(code, { ...asOther, redirect_uri: ONLY })).status, 200, 'and may name it all the same')
})

test('22. where it could be more than one redirect URI, it has to be named, and until then there is nowhere to go', async (t) => {
  const { house } = await openHouse(t)
  for (const redirect_uri of [undefined, '']) {
    const { status, headers, text } = await openAuthorize(house, { redirect_uri })
    t.is(status, 400)
    t.is(headers.location, undefined)
    t.regex(text, /<h1>This link does not work<\/h1>/)
  }
  await house.reload(({ oauth }) => {
    Object.assign(oauth.clients.find(({ id }) => id === 'phone')!, { redirect_uris: ['http://127.0.0.1:3000/back'] })
  })
  const { asked } = newVerifier()
  const phone = { client_id: 'phone', scope: 'music.read', ...asked }
  const { status, headers } = await openAuthorize(house, { ...phone, redirect_uri: undefined })
  t.is(status, 400, 'the port is whatever is free when the app runs')
  t.is(headers.location, undefined)
})

test('35. without PKCE, a redirect URI that was named has to come again with the code', async (t) => {
  const { approve, send, asOther } = await openHouse(t)
  const { code } = await approve({ client_id: 'other', redirect_uri: ONLY })
  for (const redirect_uri of [undefined, '']) {
    t.is((await send(code, { ...asOther, redirect_uri })).json.error, 'invalid_request')
  }
  t.is((await send(code, { ...asOther, redirect_uri: ELSEWHERE })).json.error, 'invalid_grant')
  t.is((await send(code, { ...asOther, redirect_uri: ONLY })).status, 200)
})

test('35. with PKCE it may be left out, and if it comes it has to match', async (t) => {
  const { house, approve } = await openHouse(t)
  const { verifier: code_verifier, asked } = newVerifier()
  const { code } = await approve(asked)
  t.is((await exchange(house, code, { code_verifier, redirect_uri: `${JAPAN}/` })).json.error, 'invalid_grant')
  t.is((await exchange(house, code, { code_verifier, redirect_uri: undefined })).status, 200)
})

test('26. without a redirect URI, the verifier alone says whose code it is: none and a wrong one get nothing', async (t) => {
  const { house, approve } = await openHouse(t)
  const [own, others] = [newVerifier(), newVerifier()]
  const { code } = await approve(own.asked)
  for (const code_verifier of [undefined, '', others.verifier, own.asked.code_challenge]) {
    const { status, json } = await exchange(house, code, { code_verifier, redirect_uri: undefined })
    t.is(status, 400)
    t.is(json.error, 'invalid_grant')
  }
  t.is((await exchange(house, code, { code_verifier: own.verifier, redirect_uri: undefined })).status, 200)
})

test("26. a stranger's code that is put into a client's own session is refused, with the redirect URI or without", async (t) => {
  const { house, approve } = await openHouse(t)
  const session = newVerifier()
  const injected = [await approve({}), await approve(newVerifier().asked)]
  for (const { code } of injected) {
    for (const redirect_uri of [undefined, JAPAN]) {
      const { status, json } = await exchange(house, code, { code_verifier: session.verifier, redirect_uri })
      t.is(status, 400)
      t.true(['invalid_grant', 'invalid_request'].includes(String(json.error)))
    }
  }
})

test("35. another client's code is refused whether its redirect URI was named or not", async (t) => {
  const { house, approve, send } = await openHouse(t)
  for (const redirect_uri of [undefined, ONLY]) {
    const { code } = await approve({ client_id: 'other', redirect_uri })
    for (const sent of [undefined, ONLY, JAPAN]) {
      const { json } = await send(code, { ...alexaCredentials(house), redirect_uri: sent })
      t.is(json.error, 'invalid_grant', `${redirect_uri} ${sent}`)
    }
  }
})

test('35. a redirect URI that became the only one after the page was shown is where the code goes, and no other', async (t) => {
  const { house, send, asOther } = await openHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, { client_id: 'other', redirect_uri: undefined }, browser)
  const other = (redirect_uris: string[]) =>
    house.reload(({ oauth }) => {
      Object.assign(oauth.clients.find(({ id }) => id === 'other')!, { redirect_uris })
    })
  await other([ONLY, ELSEWHERE])
  const refused = await browser.submit(page, TYPED)
  t.is(refused.status, 400)
  t.is(refused.headers.location, undefined)
  await other(['https://other.example/new'])
  const { location } = await browser.submit(page, TYPED)
  t.true(location.startsWith('https://other.example/new?code='), location)
  const code = new URL(location).searchParams.get('code') ?? ''
  t.is((await send(code, { ...asOther, redirect_uri: ONLY })).json.error, 'invalid_grant')
  t.is((await send(code, asOther)).status, 200)
})
