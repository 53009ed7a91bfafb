import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { statusThere } from '../support/account.ts'
import { startEchoHouse } from '../support/built-in-skill.ts'
import { exactRequest } from '../support/exact-request.ts'
import { startTestHouse } from '../support/gateway.ts'
import { callApi } from '../support/linking.ts'
import { useAccounts } from '../support/music-accounts.ts'
import { asMusicAssistant, openMusicClient } from '../support/music-client.ts'
import { linkAs, WAYS } from '../support/music-story.ts'
import { issueToken } from '../support/tokens.ts'

// What was found when a gateway stood in front of a real Music Assistant, as far as no other test has it. The others:
// test/attacks/music-assistant (commands of the owner, music.read alone, /imageproxy?path=), music-assistant-tokens.test.ts
// (the ten-year token), test/interop/music-assistant-client.test.ts (the official client), test/browser/hostile-popups.test.ts.

test("one anonymous POST /auth/logout to a server with a token ends nothing: strangers never had the token's power", async (t) => {
  const house = await startTestHouse(t, ({ upstreams, routes }) => {
    const { url, token } = upstreams['music-assistant']
    Object.assign(upstreams, { 'with-token': { url, token } })
    const open = { path: '/auth/*', methods: ['POST'], upstream: 'with-token', auth: 'none', token: 'none' }
    routes.push(open)
  })
  const token = readFileSync(join(house.folder, 'data', 'music-assistant.token'), 'utf8')
  await exactRequest(house, { method: 'POST', path: '/auth/logout', body: '' })
  t.deepEqual(house.music.requests.findLast(({ url }) => url === '/auth/logout')?.header('authorization'), [])
  t.is(await statusThere(house, token), 200)
  t.is((await callApi(house, await issueToken(house))).status, 200)
})

test('two people of the gateway are two people at Music Assistant, by each way to play', async (t) => {
  const house = await startEchoHouse(t, useAccounts)
  const anna = await linkAs(house, 'anna')
  const admin = await linkAs(house, 'admin')
  const heardBy = async (token: string) => {
    const body = JSON.stringify({ command: 'music/recently_played_items' })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const { text } = await exactRequest(house, { method: 'POST', path: '/api', headers, body })
    return JSON.parse(text).map(({ uri }: { uri: string }) => uri)
  }
  await WAYS.api(t, house, anna.access, 201)
  await WAYS.ws(t, house, admin.access, 202)
  await WAYS.skill(t, house, anna.access, 203)
  t.deepEqual(await heardBy(anna.access), ['library://track/203', 'library://track/201'])
  t.deepEqual(await heardBy(admin.access), ['library://track/202'])
})

/** In the order of `music-assistant-client` 1.7.0: where one of them fails it never becomes ready, and says nothing. */
const ASKED_FIRST = {
  29: ['providers', 'providers/manifests', 'player_queues/all', 'players/all'],
  77: [
    'providers',
    'providers/manifests',
    'player_queues/all',
    'players/all',
    'dashboard/dashboards',
    'dashboard/sessions',
  ],
}

for (const schema of [29, 77] as const) {
  test(`schema ${schema}: what its official client asks for before it is ready passes with music.read alone`, async (t) => {
    const house = await startTestHouse(t, asMusicAssistant, {}, { schema })
    const client = await openMusicClient(t, house)
    t.like(await client.next(), { schema_version: schema })
    const token = await issueToken(house, ['music.read'])
    t.like(await client.ask('auth', { token }), { result: { authenticated: true } })
    for (const command of ASKED_FIRST[schema]) t.true(Array.isArray((await client.ask(command)).result), command)
    t.like(await client.ask('dashboard/register', { dashboard_id: 'd', name: 'd' }), { error_code: 22 })
  })
}
