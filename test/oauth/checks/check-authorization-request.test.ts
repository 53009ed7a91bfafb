import test, { type ExecutionContext } from 'ava'
import { checkAuthorizationRequest } from '../../../src/oauth/checks/check-authorization-request.ts'
import type { Known } from '../../../src/oauth/endpoints/known.ts'
import { CLIENT, PUBLIC_CLIENT } from '../../support/grants.ts'
import { openServer } from '../../support/server.ts'

const BACK = 'https://client.example/back'
const GOOD = { response_type: 'code', client_id: CLIENT.id, redirect_uri: BACK, scope: 'music.read', state: 'sT4te' }

/** What is known when a request was checked, and whether it was refused. */
async function check(t: ExecutionContext, change: Record<string, string | undefined>, more = '') {
  const { server } = await openServer(t)
  const given = Object.entries({ ...GOOD, ...change }).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const known: Known = {}
  try {
    const checked = await checkAuthorizationRequest(
      server,
      { query: new URLSearchParams(given).toString() + more, address: undefined },
      known,
    )
    return { known, checked }
  } catch (error) {
    return { known, code: (error as { code: string }).code }
  }
}

test('a good request has its client, its redirect URI and all that may be shown', async (t) => {
  const { known, checked } = await check(t, {})
  t.like(checked, { client: CLIENT, redirectUri: BACK, state: 'sT4te', scopes: ['music.read'], signInAgain: false })
  t.is(known.client, CLIENT.id)
  t.is(known.redirectTarget?.redirectUri, BACK)
})

test('a request that names no redirect URI has the only one of its client, and says that it was left out', async (t) => {
  t.like((await check(t, { redirect_uri: undefined })).checked, { redirectUri: BACK, redirectUriLeftOut: true })
  t.false('redirectUriLeftOut' in ((await check(t, {})).checked ?? {}))
})

test('errors go nowhere until the client and its redirect URI are checked', async (t) => {
  const wrong = [
    { client_id: undefined },
    { client_id: 'nobody' },
    { redirect_uri: `${BACK}/` },
    { redirect_uri: 'https://evil.example/back' },
  ]
  for (const change of wrong) {
    const { known, code } = await check(t, { ...change, response_type: 'token' })
    t.is(code, 'invalid_request')
    t.is(known.redirectTarget, undefined, JSON.stringify(change))
  }
  const twice = await check(t, {}, `&redirect_uri=${encodeURIComponent(BACK)}`)
  t.deepEqual([twice.code, twice.known.redirectTarget], ['invalid_request', undefined])
})

test('from then on they go to the redirect URI, with the state', async (t) => {
  const wrong: [Record<string, string | undefined>, string][] = [
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: undefined }, 'invalid_request'],
    [{ scope: 'admin' }, 'invalid_scope'],
    [{ resource: 'https://other.example' }, 'invalid_target'],
    [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ max_age: 'x' }, 'invalid_request'],
    [{ request: 'x' }, 'request_not_supported'],
    [{ request_uri: 'x' }, 'request_uri_not_supported'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ client_id: PUBLIC_CLIENT.id }, 'invalid_request'],
  ]
  for (const [change, expected] of wrong) {
    const { known, code } = await check(t, change)
    t.is(code, expected)
    t.like(known.redirectTarget, { redirectUri: BACK, state: 'sT4te' }, expected)
  }
})

test('a state that is there twice is refused, and neither is sent back', async (t) => {
  const { known, code } = await check(t, {}, '&state=other')
  t.is(code, 'invalid_request')
  t.is(known.redirectTarget?.state, undefined)
  t.is(known.redirectTarget?.redirectUri, BACK)
})
