import test from 'ava'
import { giveAccount } from '../../support/account.ts'
import { callsAs, passedOn, startCommandHouse } from '../../support/command-house.ts'
import { openMusicClient } from '../../support/music-client.ts'
import { exchangeRaw, rawRequest } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

const FAR = 'http://127.0.0.1:8097/command/living-room/next.mp3'

test("a linked client with music.control calls nothing of the owner's, although the token is an admin's", async (t) => {
  const house = await startCommandHouse(t)
  const { call } = await callsAs(house, ['music.read', 'music.control', 'user:read'])
  for (const [command, args] of [
    ['auth/users', {}],
    ['logging/get', {}],
    ['config/core', {}],
    ['auth/user/create', { username: 'mallory', password: 'x', role: 'admin' }],
    ['auth/token/create', { name: 'ten years' }],
    ['auth/tokens', {}],
    ['auth/user/update', { password: 'mine now' }],
  ] as const) {
    const answer = await call(command, args)
    t.is(answer.status, 403, command)
    t.is(answer.body, `${command} does not pass through this gateway.`)
    t.deepEqual(answer.header('content-type'), ['text/plain; charset=utf-8'])
  }
  t.deepEqual(passedOn(house), [], 'none of it got there')
  t.is(house.music.users.length, 3)
  t.is((await call('auth/me')).status, 200)
  t.regex(await house.logged('"command":"auth/users"'), /"code":"command_refused"/)
})

test('by /api, auth/logout does not end the token of the gateway', async (t) => {
  const house = await startCommandHouse(t)
  const { call, post } = await callsAs(house)
  t.is((await call('auth/logout')).status, 403)
  t.is((await post('', '/auth/logout')).status, 404)
  t.is((await call('players/all')).status, 200)
})

test('nobody without an access token gets a command through, or logs the gateway out', async (t) => {
  const house = await startCommandHouse(t, undefined, ({ routes }) => {
    routes.push({ path: '/auth/logout', upstream: 'music-assistant', auth: 'bearer' })
    for (const route of routes) if (route.path === '/api') Object.assign(route, OPEN)
  })
  const body = '{"command":"auth/logout"}'
  const answer = await exchangeRaw(house, rawRequest('POST /api', [`Content-Length: ${body.length}`]) + body)
  t.is(answer.status, 401)
  t.is(answer.body, 'Authentication required')
  t.deepEqual(answer.header('www-authenticate'), ['Bearer realm="Music Assistant"'])
  const { post } = await callsAs(house)
  t.is((await post('', '/auth/logout')).status, 404, 'although a route names it')
  t.deepEqual(passedOn(house), [])
})

const OPEN = { auth: 'none', upstream: 'music-assistant-open' }

test('music.read alone reads, and does nothing', async (t) => {
  const house = await startCommandHouse(t)
  const { call } = await callsAs(house, ['music.read'])
  t.is(JSON.parse((await call('players/all')).body).length, 3)
  t.is(JSON.parse((await call('music/search', { search_query: 'harbour' })).body).tracks.length, 25)
  const refused = await call('player_queues/play_media', { queue_id: 'living-room', media: 'library://track/1' })
  t.is(refused.status, 403)
  t.is(refused.body, 'This needs an access token with the scope music.control.')
  t.regex(refused.header('www-authenticate')[0] ?? '', /error="insufficient_scope".*scope="music\.read music\.control"/)
  t.is(house.music.players.find(({ player_id }) => player_id === 'living-room')?.playback_state, 'idle')
})

test('a command that a token may not do says which scope it takes, beside those of its route and of the token, also where a session would do', async (t) => {
  for (const auth of ['bearer', 'bearer-or-session']) {
    const house = await startCommandHouse(t, undefined, ({ routes }) => {
      for (const route of routes) if (route.path === '/api') Object.assign(route, { auth, scopes: ['user:read'] })
    })
    const { call } = await callsAs(house, ['user:read'])
    const refused = await call('player_queues/play_media', { queue_id: 'living-room', media: 'library://track/1' })
    t.is(refused.status, 403)
    const [challenge = ''] = refused.header('www-authenticate')
    t.regex(
      challenge,
      /^Bearer .*error="insufficient_scope".* scope="user:read music\.control", resource_metadata="/,
      auth,
    )
  }
})

test('rule 1: the arguments user and username act for nobody else', async (t) => {
  const house = await startCommandHouse(t)
  const { call } = await callsAs(house)
  const play = { queue_id: 'living-room', media: 'library://track/1' }
  for (const args of [{ username: 'anna' }, { user: house.music.users[1]!.userId }, { user: { provider: 'builtin' } }])
    t.is((await call('player_queues/play_media', { ...play, ...args })).status, 403, JSON.stringify(args))
  t.is((await call('player_queues/play_media', { ...play, user: null, username: '' })).status, 200)
  t.deepEqual(
    house.music.calls.map(({ user }) => user),
    ['admin'],
  )
})

test("rule 2: userid and all_users reach nobody else's history", async (t) => {
  const house = await startCommandHouse(t, { library_write: true })
  const { call } = await callsAs(house)
  const { userId: userid } = house.music.users[1]!
  t.is((await call('music/recently_played_items', { userid })).status, 403)
  t.is((await call('music/mark_played', { media_item: 'library://track/1', userid })).status, 403)
  t.is((await call('music/in_progress_items', { all_users: true })).status, 403)
  t.is((await call('music/recently_played_items')).status, 200)
  t.is((await call('music/in_progress_items', { all_users: false })).status, 200)
})

test('whoever has an account there may name themselves, by /api as by /ws, and still nobody else', async (t) => {
  const house = await startCommandHouse(t)
  await giveAccount(house)
  const { call } = await callsAs(house)
  const play = { queue_id: 'living-room', media: 'library://track/1' }
  for (const args of [{ username: 'Anna' }, { user: 'there-anna' }]) {
    const { body } = await call('player_queues/play_media', { ...play, ...args })
    t.notRegex(body, /acts for its own user alone/, JSON.stringify(args))
  }
  await call('music/recently_played_items', { userid: 'there-anna' })
  t.is(passedOn(house).length, 3)
  t.deepEqual(new Set(passedOn(house).map(({ user }) => user)), new Set(['anna']))
  for (const args of [{ username: 'admin' }, { user: 'there-admin' }, { user: ['there-anna'] }])
    t.is((await call('player_queues/play_media', { ...play, ...args })).status, 403, JSON.stringify(args))
  // A name is no id: anybody could call themselves by another one's.
  t.is((await call('music/recently_played_items', { userid: 'anna' })).status, 403)
  t.is((await call('auth/users', { username: 'anna' })).status, 403)
  t.is(passedOn(house).length, 3)
})

test('rule 3: no address is fetched for whoever has linked an account', async (t) => {
  const house = await startCommandHouse(t, { library_write: true })
  const { call } = await callsAs(house)
  const queue = { queue_id: 'living-room' }
  for (const [command, args] of [
    ['player_queues/play_media', { ...queue, media: FAR }],
    ['player_queues/play_media', { ...queue, media: ['library://track/1', { uri: FAR.toUpperCase() }] }],
    ['player_queues/play_media', { ...queue, media: `builtin://radio/${FAR}` }],
    ['music/item_by_uri', { uri: encodeURIComponent(FAR) }],
    ['music/item', { media_type: 'radio', item_id: FAR, provider_instance_id_or_domain: 'builtin' }],
    ['music/library/add_item', { item: FAR }],
    ['music/playlists/add_playlist_tracks', { db_playlist_id: 1, uris: [FAR] }],
    ['players/cmd/play_announcement', { player_id: 'living-room', url: FAR }],
    ['players/cmd/play_announcement', { player_id: 'living-room', url: '', pre_announce_url: FAR }],
  ] as const) {
    const { status, body } = await call(command, args)
    t.is(status, 403, `${command} ${JSON.stringify(args)}`)
    t.notRegex(body, /127\.0\.0\.1/)
  }
  t.deepEqual(house.music.fetched, [])
  t.is((await call('player_queues/play_media', { ...queue, media: 'library://track/1' })).status, 200)
})

test('addresses are played where the configuration says so', async (t) => {
  const house = await startCommandHouse(t, { urls: true })
  const { call } = await callsAs(house)
  t.is((await call('player_queues/play_media', { queue_id: 'living-room', media: FAR })).status, 200)
  t.deepEqual(house.music.fetched, [FAR])
})

test('rule 4: no wildcard of the configuration opens auth, and check refuses one that would', async (t) => {
  const house = await startCommandHouse(t, { allow: { 'music/*': 'music.read', 'party/*': 'music.control' } })
  const { call } = await callsAs(house)
  for (const command of ['auth/token/create', 'auth/user/update', 'auth/token/revoke', 'auth/tokens', 'party/skip'])
    t.is((await call(command, { name: 'x', token_id: 'x' })).status, 403, command)
  const open = (config: object) => Object.assign(config, { commands: { allow: { 'auth/*': 'music.read' } } })
  t.throws(() => house.reload(({ upstreams }) => open(upstreams['music-assistant'])), {
    message: /of auth only auth\/me/,
  })
})

test('rule 6: the sign-in of Music Assistant is no door for guessing passwords', async (t) => {
  const house = await startCommandHouse(t)
  const { call, post } = await callsAs(house)
  const guess = { username: 'admin', password: 'admin' }
  for (const command of ['auth/login', 'auth/join_code/exchange', 'auth/providers', 'auth/authorization_url'])
    t.is((await call(command, guess)).status, 403, command)
  for (const path of ['/auth/login', '/auth/%6Cogin', '/%61uth/login', '/auth/login/', '/auth', '/setup', '/login'])
    t.is((await post(JSON.stringify({ credentials: guess }), path)).status, 404, path)
  t.deepEqual(passedOn(house), [])
})

test('rule 7: an unknown command is answered here, as the server would', async (t) => {
  const house = await startCommandHouse(t)
  const { call } = await callsAs(house)
  for (const command of ['nonsense', 'Players/All', 'players/all ', 'players/all\0', '', 'constructor'])
    t.like(await call(command), { status: 400, body: `Invalid Command: ${command}` })
  t.deepEqual(passedOn(house), [])
  t.regex(await house.logged('unknown_command'), /"detail":"nonsense"/)
})

test('rule 8: the list of all commands is not shown to linked clients', async (t) => {
  const house = await startCommandHouse(t)
  const token = await issueToken(house)
  for (const path of ['/api-docs', '/api-docs/commands.json', '/api-docs/', '/%61pi-docs/commands.json'])
    t.is((await exchangeRaw(house, rawRequest(`GET ${path}`, [`Authorization: Bearer ${token}`]))).status, 404, path)
  t.is((await exchangeRaw(house, rawRequest('GET /info', [`Authorization: Bearer ${token}`]))).status, 200)
})

test('/imageproxy?path= fetches nothing, for nobody', async (t) => {
  const house = await startCommandHouse(t)
  house.music.update({ schema: 29 })
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const path = encodeURIComponent(FAR)
  for (const target of [
    `?path=${path}`,
    `/?path=${path}`,
    `/x?size=80&path=${path}`,
    `/x?%70ath=${path}`,
    `/x?a=1;PATH=${path}`,
  ]) {
    for (const lines of [[], [bearer]]) {
      const answer = await exchangeRaw(house, rawRequest(`GET /imageproxy${target}`, lines))
      t.true([401, 404].includes(answer.status), target)
    }
  }
  t.deepEqual(house.music.fetched, [])
  house.music.update({ schema: 77 })
  t.is((await exchangeRaw(house, rawRequest('GET /imageproxy/abc?size=80'))).status, 200)
})

test('/preview plays no address, and nothing of the provider that has addresses', async (t) => {
  const house = await startCommandHouse(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const ask = async (query: string) => (await exchangeRaw(house, rawRequest(`GET /preview?${query}`, [bearer]))).status
  const once = encodeURIComponent(FAR)
  for (const query of [
    `provider=builtin&item_id=${once}`,
    'provider=builtin&item_id=concat%3Aa',
    'item_id=1&%70rovider=+%62uiltin--1',
    `provider=x&item_id=${FAR}`,
    `provider=x&item_id=${encodeURIComponent(once)}`,
    `provider=x&item_id=${FAR.replace('//', '%09//')}`,
    'provider=filesystem&item_id=..%2F..%2Fetc%2Fpasswd',
  ])
    t.is(await ask(query), 404, query)
  const before = passedOn(house).length
  t.is(before, 0)
  await ask('provider=filesystem--x&item_id=The%20Band%2FAlbum..%2F01%20100%25.mp3')
  await ask('provider=spotify--Ab12&item_id=4aawyAB9vmqN3uQ7FjRGTy')
  t.is(passedOn(house).length, 2)
})

test('a body that says twice how it is compressed, once that it is not, is not read: somebody else may go by the other', async (t) => {
  const house = await startCommandHouse(t)
  const token = await issueToken(house)
  const body = JSON.stringify({ command: 'players/all' })
  const ask = async (...codings: string[]) => {
    const lines = [`Authorization: Bearer ${token}`, `Content-Length: ${body.length}`]
    const answer = await exchangeRaw(
      house,
      rawRequest('POST /api', [...lines, ...codings.map((one) => `Content-Encoding: ${one}`)]) + body,
    )
    return answer.status
  }
  t.is(await ask('identity'), 200)
  // What a client may have written so that it says this once, and another thing once it is inflated.
  for (const codings of [['deflate'], ['identity', 'deflate'], ['deflate', 'identity'], ['identity, deflate']])
    t.is(await ask(...codings), 415, codings.join())
  t.is(passedOn(house).length, 1)
})

test('by /ws, too, a linked client calls nothing of the owner and fetches no address', async (t) => {
  const house = await startCommandHouse(t)
  const client = await openMusicClient(t, house, { token: await issueToken(house) })
  await client.next()
  const codes = async (command: string, args: Record<string, unknown> = {}) =>
    (await client.ask(command, args)).error_code
  for (const command of [
    'auth/users',
    'auth/token/create',
    'auth/user/create',
    'logging/get',
    'config/core',
    'auth/logout',
  ])
    t.is(await codes(command, { name: 'x' }), 22, command)
  t.is(await codes('nonsense'), 12)
  const play = { queue_id: 'living-room', media: 'library://track/1' }
  t.is(await codes('player_queues/play_media', { ...play, username: 'anna' }), 22)
  t.is(await codes('player_queues/play_media', { ...play, media: FAR }), 22)
  t.is(await codes('player_queues/play_media', { ...play, username: 'admin' }), undefined, 'its own user')
  t.deepEqual(house.music.fetched, [])
  t.deepEqual(
    house.music.calls.map(({ command }) => command),
    ['player_queues/play_media'],
  )
})
