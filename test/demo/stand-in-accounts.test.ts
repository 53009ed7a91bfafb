import test from 'ava'
import type { MusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { api, ask, open, start } from '../support/stand-in.ts'

const DAY = 86_400

async function logIn(music: MusicAssistant, username: string, password: string) {
  const { status, text } = await ask(music, '/auth/login', {
    method: 'POST',
    body: JSON.stringify({ credentials: { username, password } }),
  })
  return [status, JSON.parse(text).error]
}

function claims(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString())
}

test('a token is a JWT with its real end, which is 3,650 days away at schema 29 and 365 at 77', async (t) => {
  for (const [schema, days] of [
    [29, 3650],
    [77, 365],
  ] as const) {
    const music = await start(t, { schema })
    const token = music.createToken('anna', 'Alexa by Skillgate')
    const { iat, exp, username, is_long_lived } = claims(token)
    t.deepEqual([exp - iat, username, is_long_lived], [days * DAY, 'anna', true])
    t.is(music.tokensOf('anna')[0]?.name, 'Alexa by Skillgate')
    const [header, payload, signature] = token.split('.')
    t.is((await api(music, `${header}.${payload}.${signature}`, 'auth/me')).status, 200)
    const forged = Buffer.from(JSON.stringify({ ...claims(token), role: 'admin' })).toString('base64url')
    t.is((await api(music, `${header}.${forged}.${signature}`, 'auth/me')).status, 401)
    music.revokeToken(token)
    t.is((await api(music, token, 'auth/me')).status, 401, 'the row rules, not the signature')
  }
})

test('after three wrong passwords a right one waits too', async (t) => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const music = await start(t, { now: () => new Date(now) })
  const { password } = music.users.find(({ username }) => username === 'anna')!
  const wrong = [401, 'Invalid username or password']
  for (let attempt = 1; attempt <= 3; attempt += 1) t.deepEqual(await logIn(music, 'anna', 'wrong'), wrong)
  const wait = [401, 'Too many failed attempts. Please try again in 29 seconds.']
  t.deepEqual(await logIn(music, ' ANNA', password), wait)
  t.deepEqual(await logIn(music, 'anna', 'wrong'), wait)
  t.deepEqual(await logIn(music, 'visitor', 'wrong'), wrong, 'others have their own')
  now += 30_000
  t.deepEqual(await logIn(music, 'anna', password), [200, undefined])
  t.deepEqual(await logIn(music, 'anna', 'wrong'), wrong, 'a right one makes it forget')
  t.deepEqual(await logIn(music, 'anna', ''), [401, 'Username and password required'])
})

test('logging out ends the token that it came with, a long-lived one too', async (t) => {
  const music = await start(t)
  const [token, another] = [music.createToken('anna'), music.createToken('anna')]
  t.like(await ask(music, '/auth/logout', { method: 'POST', token }), { status: 200, text: '{"success":true}' })
  t.is((await api(music, token, 'auth/me')).status, 401)
  t.is((await ask(music, '/auth/logout', { method: 'POST' })).status, 401)
  t.is((await api(music, another, 'auth/logout')).status, 200)
  t.is((await api(music, another, 'auth/me')).status, 401)

  const old = await start(t, { schema: 29 })
  const kept = old.createToken('anna')
  t.is((await api(old, kept, 'auth/logout')).status, 200)
  t.is((await api(old, kept, 'auth/me')).status, 200, '2.8 knows no token in a command over /api')
})

test("a guest can hold no long-lived token at schema 77, and a guest's own lives a day", async (t) => {
  const music = await start(t)
  const token = music.createToken('visitor')
  t.is(claims(token).exp - claims(token).iat, DAY)
  t.like(await api(music, token, 'auth/token/create', { name: 'x' }), {
    status: 403,
    text: 'Long-lived tokens cannot be created for guest accounts',
  })
  const old = await start(t, { schema: 29 })
  t.is((await api(old, old.createToken('visitor'), 'auth/token/create', { name: 'x' })).status, 200)
})

test('commands ask for roles at schema 29 and for scopes at 77', async (t) => {
  const commands = ['auth/users', 'logging/get', 'config/core', 'music/favorites/add_item', 'auth/scopes']
  const statuses = async (music: MusicAssistant, username: string) => {
    const token = music.createToken(username)
    const all = commands.map((command) => api(music, token, command, { item: 'library://track/1' }))
    return (await Promise.all(all)).map(({ status }) => status)
  }
  const scopes = await start(t)
  t.deepEqual(await statuses(scopes, 'admin'), [200, 200, 200, 200, 200])
  t.deepEqual(await statuses(scopes, 'anna'), [403, 403, 200, 200, 200])
  t.deepEqual(await statuses(scopes, 'visitor'), [403, 403, 403, 403, 200])
  const roles = await start(t, { schema: 29 })
  t.deepEqual(await statuses(roles, 'admin'), [200, 200, 200, 200, 400])
  t.deepEqual(await statuses(roles, 'anna'), [403, 403, 200, 200, 400])
  t.deepEqual(await statuses(roles, 'visitor'), [403, 403, 200, 200, 400])
})

test('a service or an admin may run a command in the name of anybody, and others not', async (t) => {
  const users = [
    { username: 'admin', role: 'admin' },
    { username: 'anna', role: 'user' },
    { username: 'bot', role: 'service' },
  ] as const
  const music = await start(t, { users: [...users] })
  const anna = music.users[1]!
  const play = (who: string, args: object) =>
    api(music, music.createToken(who), 'player_queues/play_media', {
      queue_id: 'living-room',
      media: 'library://track/7',
      ...args,
    })
  t.is((await play('admin', { username: 'anna' })).status, 200)
  t.is((await play('bot', { user: anna.userId })).status, 200)
  t.is((await play('anna', { user: '' })).status, 200)
  t.deepEqual(
    music.calls.map(({ user }) => user),
    ['anna', 'anna', 'anna'],
  )
  t.is((await play('anna', { username: 'admin' })).status, 403)
  t.is((await play('admin', { user: 'nobody' })).status, 400)
  const history = await api(music, music.createToken('bot'), 'music/recently_played_items', { userid: anna.userId })
  t.is(JSON.parse(history.text).length, 3)
})

test('an admin makes users, disables them and anybody changes their own password', async (t) => {
  const music = await start(t)
  const admin = music.createToken('admin')
  const made = await api(music, admin, 'auth/user/create', { username: 'Ben', password: 'first', role: 'user' })
  const ben = JSON.parse(made.text)
  t.like(ben, { username: 'ben', role: 'user', enabled: true })
  t.deepEqual(await logIn(music, 'ben', 'first'), [200, undefined])
  const token = music.createToken('ben')
  t.is((await api(music, token, 'auth/user/update', { password: 'second' })).status, 200)
  t.deepEqual(await logIn(music, 'ben', 'second'), [200, undefined])
  t.is((await api(music, admin, 'auth/user/disable', { user_id: ben.user_id })).status, 200)
  t.is((await api(music, token, 'auth/me')).status, 401)
  t.deepEqual(await logIn(music, 'ben', 'second'), [401, 'User account is disabled'])
})

test('what was invalid has its own code at schema 77 only', async (t) => {
  const seen = async (schema: 29 | 77) => {
    const music = await start(t, { schema })
    const token = music.createToken('anna')
    const { next, say } = await open(t, music, token)
    say({ message_id: '1', command: 'players/get' })
    return [(await api(music, token, 'players/get')).status, (await next()).error_code]
  }
  t.deepEqual(await seen(29), [500, 999])
  t.deepEqual(await seen(77), [400, 3])
})
