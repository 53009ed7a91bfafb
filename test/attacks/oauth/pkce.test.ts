import { createHash, randomBytes } from 'node:crypto'
import test from 'ava'
import { startTestHouse } from '../../support/gateway.ts'
import { approve, exchange, openAuthorize, postToken } from '../../support/linking.ts'

const PHONE = { client_id: 'phone', redirect_uri: 'com.example.app:/callback', scope: 'music.read' }

function newVerifier(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

const S256 = { code_challenge_method: 'S256' }

test('24. a public client without a challenge, or with the method plain, is sent back with invalid_request', async (t) => {
  const house = await startTestHouse(t)
  const { verifier, challenge } = newVerifier()
  const refused: Record<string, string>[] = [
    {},
    S256,
    { code_challenge: '' },
    { ...S256, code_challenge: '' },
    { code_challenge: challenge },
    { code_challenge: verifier, code_challenge_method: 'plain' },
    { code_challenge: challenge, code_challenge_method: 's256' },
    { code_challenge: challenge, code_challenge_method: 'none' },
    { code_challenge: challenge, code_challenge_method: '' },
    { code_challenge: challenge, code_challenge_method: 'S512' },
  ]
  for (const parameters of refused) {
    const { status, location } = await openAuthorize(house, { ...PHONE, ...parameters })
    t.is(status, 303, JSON.stringify(parameters))
    t.true(location.startsWith('com.example.app:/callback?error=invalid_request&'), location)
  }
  t.is((await openAuthorize(house, { ...PHONE, ...S256, code_challenge: challenge })).status, 200)
})

test('24. a confidential client may leave the challenge out, but not half of it, and not use plain', async (t) => {
  const house = await startTestHouse(t)
  const { verifier, challenge } = newVerifier()
  t.is((await openAuthorize(house)).status, 200)
  t.is((await openAuthorize(house, { ...S256, code_challenge: challenge })).status, 200)
  const refused: Record<string, string>[] = [
    S256,
    { code_challenge: challenge },
    { code_challenge: verifier, code_challenge_method: 'plain' },
  ]
  for (const parameters of refused) {
    const { status, location } = await openAuthorize(house, parameters)
    t.is(status, 303)
    t.is(new URL(location).searchParams.get('error'), 'invalid_request', JSON.stringify(parameters))
  }
})

test('25. a challenge of another length or alphabet is sent back with invalid_request', async (t) => {
  const house = await startTestHouse(t)
  const { challenge } = newVerifier()
  const refused = [
    challenge.slice(1),
    `${challenge}A`,
    `${challenge}=`,
    `${challenge}\n`,
    ` ${challenge.slice(1)}`,
    `${challenge.slice(1)}+`,
    `${challenge.slice(1)}/`,
    `${challenge.slice(1)}.`,
    `${challenge.slice(1)}\0`,
    `${challenge.slice(1)}é`,
    'A',
    'A'.repeat(128),
  ]
  for (const code_challenge of refused) {
    for (const client of [{}, PHONE]) {
      const { status, location } = await openAuthorize(house, { ...client, ...S256, code_challenge })
      t.is(status, 303, JSON.stringify(code_challenge))
      t.is(new URL(location).searchParams.get('error'), 'invalid_request', JSON.stringify(code_challenge))
    }
  }
})

test('26. a verifier for a code that was asked for without a challenge is invalid_grant, and does not spend the code', async (t) => {
  const house = await startTestHouse(t)
  const code = (await approve(house)).get('code')
  const { status, json } = await exchange(house, code, { code_verifier: newVerifier().verifier })
  t.is(status, 400)
  t.is(json.error, 'invalid_grant')
  t.is((await exchange(house, code)).status, 200)
})

test('26. a challenge with an absent, empty or wrong verifier is invalid_grant, and does not spend the code', async (t) => {
  const house = await startTestHouse(t)
  const { verifier, challenge } = newVerifier()
  const code = (await approve(house, { ...S256, code_challenge: challenge })).get('code')
  const wrong = [undefined, '', newVerifier().verifier, challenge, verifier.slice(1), `${verifier}A`, `${verifier} `]
  for (const code_verifier of wrong) {
    const { status, json } = await exchange(house, code, { code_verifier })
    t.is(status, 400, code_verifier)
    t.is(json.error, 'invalid_grant', code_verifier)
  }
  t.is((await exchange(house, code, { code_verifier: verifier })).status, 200)
})

test('26. a public client gets a token with the verifier alone, and never without it', async (t) => {
  const house = await startTestHouse(t)
  const { verifier, challenge } = newVerifier()
  const code = (await approve(house, { ...PHONE, ...S256, code_challenge: challenge })).get('code')
  const form = { grant_type: 'authorization_code', code: String(code), ...PHONE, scope: undefined }
  for (const code_verifier of [undefined, newVerifier().verifier]) {
    const { status, json } = await postToken(house, { ...form, code_verifier })
    t.is(status, 400)
    t.is(json.error, 'invalid_grant')
  }
  const withSecret = await postToken(house, { ...form, code_verifier: verifier, client_secret: 'guess' })
  t.is(withSecret.status, 401)
  const { status, json } = await postToken(house, { ...form, code_verifier: verifier })
  t.is(status, 200)
  t.regex(String(json.access_token), /^[\w-]{43}$/)
})
