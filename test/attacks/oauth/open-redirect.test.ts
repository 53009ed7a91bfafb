import { createHash } from 'node:crypto'
import test from 'ava'
import { Browser } from '../../support/browser.ts'
import { exactRequest } from '../../support/exact-request.ts'
import { ADA, startTestHouse } from '../../support/gateway.ts'
import { openAuthorize } from '../../support/linking.ts'

const TYPED = { username: ADA.name, password: ADA.password }
const EVIL = 'https://evil.example/like-home'

test('22. the host of the gateway leads nobody to where a stranger that registered openly likes, unless they press a button', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => {
    Object.assign(oauth, { registration: { enabled: true, open: true, scopes: ['music.read'] } })
  })
  const { text } = await exactRequest(house, {
    method: 'POST',
    path: '/alexa/register',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [EVIL], token_endpoint_auth_method: 'none' }),
  })
  const code_challenge = createHash('sha256').update('a verifier').digest('base64url')
  const asked = {
    ...{ client_id: JSON.parse(text).client_id, redirect_uri: EVIL, scope: 'music.read' },
    ...{ code_challenge, code_challenge_method: 'S256' },
  }
  const errors = [{ prompt: 'none' }, { scope: 'nothing' }, { response_type: 'token' }, { code_challenge: '' }]
  for (const error of errors) {
    const { status, headers, text } = await openAuthorize(house, { ...asked, ...error })
    t.is(status, 400, JSON.stringify(error))
    t.is(headers.location, undefined)
    t.regex(text, /<h1>This link does not work<\/h1>/)
    t.notRegex(text, /evil/)
  }

  const browser = new Browser(house)
  const denied = await browser.submit(await openAuthorize(house, asked, browser), {}, 'deny')
  t.true(denied.location.startsWith(`${EVIL}?error=access_denied&`), denied.location)
  const approved = await browser.submit(await openAuthorize(house, asked, browser), TYPED)
  t.true(approved.location.startsWith(`${EVIL}?code=`), approved.location)
  const known = await openAuthorize(house, { ...asked, prompt: 'none' }, browser)
  t.true(known.location.startsWith(`${EVIL}?error=`), 'somebody has approved it')
})
