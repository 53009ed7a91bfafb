import { randomBytes } from 'node:crypto'
import test from 'ava'
import { issueFirstTokens } from '../../../src/oauth/grants/issue-first-tokens.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { CLIENT } from '../../support/grants.ts'

const NOW = Date.UTC(2026, 10, 24)
const environment = { now: () => NOW, randomBytes }
const consent = { userName: 'ada', userId: 'u1', client: CLIENT.id, scopes: ['music.read', 'music.control'] }

test('a grant comes with an access token and a refresh token, each a row under its hash', (t) => {
  const { grant, entries, response } = issueFirstTokens(environment, CLIENT, consent)
  t.deepEqual(
    entries.map(({ kind, id }) => [kind, id]),
    [
      ['grant', grant.id],
      ['access', hashSecret(response.access_token)],
      ['refresh', hashSecret(response.refresh_token!)],
    ],
  )
  t.like(response, { token_type: 'Bearer', expires_in: 3600, scope: 'music.read music.control' })
  t.deepEqual(
    entries.map(({ expiresAt }) => expiresAt! - NOW),
    // That of the access token is known for a week after its end.
    [90 * 86_400_000, 3_600_000 + 7 * 86_400_000, 90 * 86_400_000],
  )
  t.is((entries[1]?.value as { expiresAt: number }).expiresAt - NOW, 3_600_000)
})

test('the access token is for what the request named, the refresh token for all that was consented to', (t) => {
  const access = { scopes: ['music.read'], resources: ['https://home.example/api'] }
  const { entries, response } = issueFirstTokens(environment, CLIENT, consent, access)
  const [, forAccess, forRefresh] = entries.map(({ value }) => value)
  t.like(forAccess, access)
  t.like(forRefresh, { scopes: consent.scopes, resources: undefined })
  t.is(response.scope, 'music.read')
})

test('a client that may not refresh gets nothing to do it with', (t) => {
  const once = { ...CLIENT, grant_types: ['authorization_code' as const] }
  const { entries, response } = issueFirstTokens(environment, once, consent)
  t.deepEqual(
    entries.map(({ kind }) => kind),
    ['grant', 'access'],
  )
  t.is(response.refresh_token, undefined)
})

test('no two grants or tokens are alike, and none is in a row', (t) => {
  const [first, second] = [1, 2].map(() => issueFirstTokens(environment, CLIENT, consent))
  const secrets = [first, second].flatMap((issued) => [issued?.response.access_token, issued?.response.refresh_token])
  t.is(new Set(secrets).size, 4)
  t.not(first?.grant.id, second?.grant.id)
  for (const secret of secrets) t.false(JSON.stringify([first?.entries, second?.entries]).includes(secret!))
})
