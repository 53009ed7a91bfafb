import { randomBytes } from 'node:crypto'
import test from 'ava'
import type { UpstreamAnswer, UpstreamCall } from '../../src/http/call-upstream.ts'
import { GatewayError, type GatewayErrorCode } from '../../src/http/gateway-error.ts'
import { musicAssistantAccounts } from '../../src/music-assistant/sign-in.ts'

const PASSWORD = randomBytes(12).toString('base64url')
const TOKEN = randomBytes(30).toString('base64url')
const ANNA = {
  user_id: '5a0c7a52-anna',
  username: 'anna',
  role: 'user',
  enabled: true,
  created_at: '2026-01-01T00:00:00',
  display_name: 'Anna',
  avatar_url: null,
  preferences: { theme: 'dark' },
  provider_filter: [],
  player_filter: [],
}

/** A Music Assistant that answers so, or can't. */
function openAccounts(answer: { status?: number; body: unknown } | GatewayErrorCode) {
  const calls: UpstreamCall[] = []
  const accounts = musicAssistantAccounts(async (call): Promise<UpstreamAnswer> => {
    calls.push(call)
    if (typeof answer === 'string') throw new GatewayError(answer, `why: ${answer}`)
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    return { status: answer.status ?? 200, rawHeaders: [], body: Buffer.from(body) }
  }, 'Skillgate at home.example')
  return { calls, accounts, signIn: () => accounts.signIn('anna', PASSWORD) }
}

const success = (user: object = {}, token: unknown = TOKEN) => ({ success: true, token, user: { ...ANNA, ...user } })
const refused = (error: string) => ({ status: 401, body: { success: false, error } })

test('name and password are sent as Music Assistant wants them, with a name for the session, and no token of ours', async (t) => {
  const { calls, signIn } = openAccounts({ body: success() })
  const account = { userId: '5a0c7a52-anna', name: 'anna', displayName: 'Anna', role: 'user' }
  t.deepEqual(await signIn(), { kind: 'signed-in', account, session: TOKEN })
  t.is(calls.length, 1)
  const [{ method, path, headers, body, limit } = {} as UpstreamCall] = calls
  t.deepEqual([method, path, headers], ['POST', '/auth/login', ['Content-Type', 'application/json']])
  t.deepEqual(JSON.parse(body ?? ''), {
    credentials: { username: 'anna', password: PASSWORD },
    device_name: 'Skillgate at home.example',
  })
  t.true((limit ?? Number.POSITIVE_INFINITY) <= 1024 * 1024, 'not even Music Assistant fills the memory')
})

test('a wrong password, a throttle and a disabled account are told apart', async (t) => {
  t.deepEqual(await openAccounts(refused('Invalid username or password')).signIn(), { kind: 'wrong' })
  t.deepEqual(await openAccounts(refused('User account is disabled')).signIn(), { kind: 'disabled' })
  for (const [error, seconds] of [
    ['Too many failed attempts. Please try again in 29 seconds.', 29],
    ['Too many failed attempts. Please try again in 300 seconds.', 300],
    ['Too many failed attempts. Please try again in 1 second.', 1],
    ['Too many failed attempts. Please try again in 0 seconds.', 1],
  ] as const) {
    t.deepEqual(await openAccounts(refused(error)).signIn(), { kind: 'throttled', seconds }, error)
  }
})

test('a 401 whose words nobody knows is a wrong password: were it none, guesses would cost nothing', async (t) => {
  for (const error of ['', 'Nope', 'Benutzername oder Passwort falsch', 'x'.repeat(10_000)]) {
    t.deepEqual(await openAccounts(refused(error)).signIn(), { kind: 'wrong' })
  }
})

test('guests, services and accounts that are off are refused, and the session that was made is ended', async (t) => {
  for (const [user, kind] of [
    [{ role: 'guest' }, 'guest'],
    [{ role: 'service' }, 'disabled'],
    [{ enabled: false }, 'disabled'],
  ] as const) {
    const { calls, signIn } = openAccounts({ body: success(user) })
    t.deepEqual(await signIn(), { kind })
    const { method, path, headers } = calls[1]!
    t.deepEqual([method, path, headers], ['POST', '/auth/logout', ['Authorization', `Bearer ${TOKEN}`]])
  }
})

test('a role that is new is a role, whatever it is called', async (t) => {
  for (const role of ['admin', 'kids', 'constructor', '__proto__']) {
    const answer = await openAccounts({ body: success({ role }) }).signIn()
    t.like(answer, { kind: 'signed-in', account: { role } })
  }
})

test('a server that is down, slow, busy, not set up or none of Music Assistant says nothing of a password', async (t) => {
  for (const code of ['bad_gateway', 'gateway_timeout', 'upstream_busy'] as const) {
    t.deepEqual(await openAccounts(code).signIn(), { kind: 'unreachable', detail: `why: ${code}` })
  }
  for (const answer of [
    { status: 403, body: { success: false, error: 'Setup required' } },
    { status: 503, body: 'Setup required' },
    { status: 404, body: '' },
    { status: 400, body: 'Body required' },
    { status: 500, body: { success: false, error: 'Login failed' } },
    { status: 401, body: '<html>Sign in to the proxy</html>' },
    { status: 401, body: { success: true } },
    { status: 302, body: success() },
    refused('Invalid provider'),
  ]) {
    const { kind } = await openAccounts(answer).signIn()
    t.is(kind, 'unreachable', JSON.stringify(answer))
  }
  const { detail = '' } = (await openAccounts({
    status: 403,
    body: { success: false, error: 'Setup\r\nrequired' },
  }).signIn()) as {
    detail?: string
  }
  t.is(detail, 'Music Assistant answered a sign-in with 403: Setup required')
})

test('answers of the wrong form let nobody in', async (t) => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
  for (const body of [
    '',
    'null',
    '[]',
    '{"success":true',
    deep,
    { success: true },
    { ...success(), success: 'true' },
    success({}, null),
    success({}, ''),
    success({}, 'a token\r\nX-Injected: 1'),
    success({}, 'ü'.repeat(20)),
    success({}, 'x'.repeat(10_000)),
    success({ user_id: 7 }),
    success({ user_id: '' }),
    success({ user_id: '../anna' }),
    success({ user_id: 'a\nb' }),
    success({ user_id: 'x'.repeat(200) }),
    success({ username: null }),
    success({ username: 'an\nna' }),
    success({ username: 'an\u202ena' }),
    success({ username: 'x'.repeat(200) }),
    success({ role: 1 }),
    success({ role: 'admin\0' }),
    success({ enabled: 'no' }),
    success({ display_name: { toString: 'x' } }),
    { success: true, token: TOKEN, user: 'anna' },
  ]) {
    const { kind } = await openAccounts({ body }).signIn()
    t.is(kind, 'unreachable', JSON.stringify(body).slice(0, 120))
  }
})

test('a display name becomes one line of at most 100 characters, or the user name', async (t) => {
  for (const [display_name, displayName] of [
    [null, 'anna'],
    [undefined, 'anna'],
    ['', 'anna'],
    [' \n\t ', 'anna'],
    ['Anna\r\nX-Remote-User-Id: 1', 'Anna X-Remote-User-Id: 1'],
    ['\u202eannA\u0000', 'annA'],
    ['Ä'.repeat(150), 'Ä'.repeat(100)],
    ['🎵'.repeat(150), '🎵'.repeat(100)],
  ]) {
    t.like(await openAccounts({ body: success({ display_name }) }).signIn(), {
      kind: 'signed-in',
      account: { displayName },
    })
  }
})

test('a session that cannot be ended now is left to its end', async (t) => {
  await t.notThrowsAsync(openAccounts('bad_gateway').accounts.signOut(TOKEN))
})
