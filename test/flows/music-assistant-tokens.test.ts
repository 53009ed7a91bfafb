import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { giveAccount, sentToken, statusThere } from '../support/account.ts'
import { Browser } from '../support/browser.ts'
import { addKitchen, poll, startDevice, typeCode } from '../support/device.ts'
import { ADA, startTestHouse, type TestConfig } from '../support/gateway.ts'
import { approve, callApi, exchange, link, openAuthorize, refresh } from '../support/linking.ts'
import { openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { until } from '../support/until.ts'

const DAY_MS = 86_400_000
const TYPED = { username: ADA.name, password: ADA.password }

function ofMusicAssistant({ upstreams }: TestConfig): void {
  Object.assign(upstreams['music-assistant'], { kind: 'music-assistant' })
}

async function openHouse(t: ExecutionContext, change: (config: TestConfig) => void = () => {}) {
  const house = await startTestHouse(t, (config) => {
    ofMusicAssistant(config)
    change(config)
  })
  const session = await giveAccount(house)
  const tokensOf = (username: string) => house.music.tokensOf(username).filter((token) => token.is_long_lived)
  const rows = async () => (await house.prepared.store.list('upstream-token', '', undefined, 100)).entries
  const events = () => house.events().map(({ event }) => String(event))
  const upstreamEvents = () => events().filter((event) => event.startsWith('upstream_token'))
  /** As `skillgate grant revoke` does it, in a process of its own. */
  const revokeElsewhere = async () => {
    const other = await openKeyvStore(join(house.folder, 'data/skillgate.db'), house.now)
    for (const { id } of await grants()) await other.delete('grant', id)
    await other.close()
  }
  const grants = async () => (await house.prepared.store.list('grant', '', undefined, 100)).entries
  return { house, session, tokensOf, rows, grants, revokeElsewhere, upstreamEvents }
}

test('whoever links acts at Music Assistant with a token of their own, named after client and gateway', async (t) => {
  const { house, tokensOf, rows, upstreamEvents } = await openHouse(t)
  const { access } = await link(house)
  const [made, ...more] = tokensOf('anna')
  t.is(more.length, 0)
  t.regex(made?.name ?? '', /^Amazon Alexa via dev\.jasonhollis\.com \([0-9a-f]{8}\)$/)

  t.is((await callApi(house, access)).status, 200)
  t.is(house.music.lastRequest?.user, 'anna')
  const [row] = await rows()
  t.is(row?.value.endsAt, Math.floor(Date.parse(made!.expires_at) / 1000) * 1000)
  t.is(row?.value.account, 'anna')
  t.deepEqual(upstreamEvents(), ['upstream_token_issued'])

  const token = sentToken(house)
  for (const file of ['data/skillgate.db', 'data/skillgate.db-wal', 'data/audit.jsonl'])
    t.false(readFileSync(join(house.folder, file), 'latin1').includes(token.split('.')[2] as string), file)
  t.false(house.log.join('').includes(token))
})

test("whoever has no account there acts with the gateway's token", async (t) => {
  const house = await startTestHouse(t)
  const { access } = await link(house)
  await callApi(house, access)
  t.is(house.music.lastRequest?.user, 'admin')
})

test('a device gets a token of its own too', async (t) => {
  const { house, tokensOf } = await openHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const page = await typeCode(browser, device.user_code)
  t.is((await browser.submit(page, TYPED)).status, 200)
  const { json } = await poll(house, device)
  await callApi(house, String(json.access_token))
  t.is(house.music.lastRequest?.user, 'anna')
  t.regex(tokensOf('anna')[0]?.name ?? '', /^Kitchen speaker via/)
})

test('a WebSocket is opened with it as well', async (t) => {
  const { house } = await openHouse(t)
  const { access } = await link(house)
  await callApi(house, access)
  const own = sentToken(house)
  const socket = (await openRaw(house)).send(rawRequest('GET /ws', [...UPGRADE, `Authorization: Bearer ${access}`]))
  t.teardown(() => socket.socket.destroy())
  await socket.until((text) => text.includes('101'))
  t.deepEqual(house.music.lastRequest?.header('authorization'), [`Bearer ${own}`])
})

test('the ten-year token no longer works after the grant was revoked', async (t) => {
  const { house, rows, revokeElsewhere, upstreamEvents } = await openHouse(t)
  house.music.update({ schema: 29 })
  const { access } = await link(house)
  await callApi(house, access)
  const token = sentToken(house)
  const [row] = await rows()
  t.true(row!.value.endsAt - house.now() > 3640 * DAY_MS)
  t.is(await statusThere(house, token), 200)
  await revokeElsewhere()
  await until(async () => (await rows()).length === 0)
  t.is(await statusThere(house, token), 401)
  t.deepEqual(upstreamEvents(), ['upstream_token_issued', 'upstream_token_ended'])
})

test('a code that nobody redeems leaves no token behind', async (t) => {
  const { house, rows, tokensOf } = await openHouse(t)
  await approve(house)
  t.is(tokensOf('anna').length, 1)
  house.advance(5 * 60_000)
  // In its last minute it may be redeemed yet.
  await house.prepared.store.put('clock', 'seen', { seenAt: house.now() })
  house.advance(2 * 60_000)
  await until(async () => (await rows()).length === 0)
  t.deepEqual(tokensOf('anna'), [])
})

test('a token is ended also when Music Assistant is down at the moment at which its grant ends', async (t) => {
  const { house, rows, revokeElsewhere, tokensOf } = await openHouse(t)
  await callApi(house, (await link(house)).access)
  house.music.misbehave('reset')
  await revokeElsewhere()
  await house.logged('token could not be renewed or ended yet')
  t.is((await rows()).length, 1)
  house.music.misbehave(undefined)
  house.advance(5000)
  await until(async () => (await rows()).length === 0)
  t.deepEqual(tokensOf('anna'), [])
})

test('the token of somebody who was removed is ended', async (t) => {
  const { house, rows, tokensOf } = await openHouse(t)
  await callApi(house, (await link(house)).access)
  await house.prepared.store.delete('user', ADA.name)
  house.advance(60_000)
  await until(async () => (await rows()).length === 0)
  t.deepEqual(tokensOf('anna'), [])
})

test('while Music Assistant is down nothing is linked, the page says so, and the next try works', async (t) => {
  const { house, grants, tokensOf, rows } = await openHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  house.music.misbehave('reset')
  const refused = await browser.submit(page, TYPED)
  t.is(refused.status, 503)
  t.regex(refused.text, /Music Assistant does not answer right now, so nothing was linked/)
  t.regex(refused.text, /You are signed in as <strong>Ada Lovelace/)
  t.deepEqual(await grants(), [])

  house.music.misbehave(undefined)
  const again = await browser.submit(refused, {})
  t.is(again.status, 303)
  const { status } = await exchange(house, new URL(again.location).searchParams.get('code'))
  t.is(status, 200)
  house.advance(7 * 60_000)
  await until(async () => (await rows()).length === 1)
  t.is(tokensOf('anna').length, 1)
})

test('a guest is told at consent that Music Assistant gives them no lasting access', async (t) => {
  const house = await startTestHouse(t, ofMusicAssistant)
  await giveAccount(house, 'visitor')
  const browser = new Browser(house)
  const refused = await browser.submit(await openAuthorize(house, {}, browser), TYPED)
  t.is(refused.status, 403)
  t.regex(refused.text, /Guests can have none/)
  t.deepEqual((await house.prepared.store.list('upstream-token', '', undefined, 10)).entries, [])
  t.true(house.events().some(({ event }) => event === 'upstream_token_refused'))
})

test('whose session there is over has to sign in once more', async (t) => {
  const { house, session } = await openHouse(t)
  house.music.revokeToken(session)
  const browser = new Browser(house)
  const refused = await browser.submit(await openAuthorize(house, {}, browser), TYPED)
  t.is(refused.status, 403)
  t.regex(refused.text, /Music Assistant no longer knows that you are signed in/)
  t.regex(refused.text, /name="password"/)
  await giveAccount(house)
  t.is((await browser.submit(refused, TYPED)).status, 303)
})

test('a token that Music Assistant has revoked is one 401 of ours, and then another one by the session', async (t) => {
  const { house, upstreamEvents, grants } = await openHouse(t)
  const { access } = await link(house)
  await callApi(house, access)
  const token = sentToken(house)
  house.advance(60_000)
  house.music.revokeToken(token)
  const { status, headers, json } = await callApi(house, access)
  t.is(status, 401)
  t.is(json.error, 'upstream_refused_person')
  t.regex(String(headers['www-authenticate']), /^Bearer realm="skillgate", error="invalid_token"/)
  t.is((await callApi(house, access)).status, 200)
  t.is(house.music.lastRequest?.user, 'anna')
  t.not(sentToken(house), token)
  t.is((await grants()).length, 1)
  t.deepEqual(upstreamEvents(), ['upstream_token_issued', 'upstream_token_refused', 'upstream_token_renewed'])
})

test('where Music Assistant knows neither token nor session any more, the link is over and has to be made anew', async (t) => {
  const { house, session, grants, rows } = await openHouse(t)
  const { access, refresh: refreshToken } = await link(house)
  await callApi(house, access)
  house.advance(60_000)
  house.music.revokeToken(sentToken(house))
  house.music.revokeToken(session)
  t.is((await callApi(house, access)).status, 401)
  t.is((await callApi(house, access)).status, 401)
  t.deepEqual(await grants(), [])
  const answer = await refresh(house, refreshToken)
  t.is(answer.status, 400)
  t.is(answer.json.error, 'invalid_grant')
  await until(async () => (await rows()).length === 0)
  // The gateway's own token, which is an administrator's, was never used in its place.
  t.true(house.music.requests.every(({ url, user }) => url === '/auth/me' || user !== 'admin'))
})

test('a revoked token unlinks nobody while Music Assistant is down, and is replaced when it is back', async (t) => {
  const { house, grants } = await openHouse(t)
  const { access } = await link(house)
  await callApi(house, access)
  house.advance(60_000)
  house.music.revokeToken(sentToken(house))
  t.is((await callApi(house, access)).status, 401)
  house.music.misbehave('reset')
  await Promise.all(Array.from({ length: 10 }, () => callApi(house, access)))
  t.is((await grants()).length, 1)
  house.music.misbehave(undefined)
  house.advance(10_000)
  await until(async () => (await callApi(house, access)).status === 200)
  t.is(house.music.lastRequest?.user, 'anna')
})

test('a token is renewed when four fifths of its time are over, and the old one is ended after that', async (t) => {
  const { house, rows, tokensOf, upstreamEvents, session } = await openHouse(t)
  const { refresh: refreshToken } = await link(house)
  const [before] = await rows()
  // By the token itself: nobody has signed in for long.
  house.music.revokeToken(session)
  house.advance(290 * DAY_MS)
  await callApi(house, String((await refresh(house, refreshToken)).json.access_token))
  const old = sentToken(house)
  t.is((await rows())[0]?.value.sealedToken, before?.value.sealedToken)
  house.advance(3 * DAY_MS)
  await until(() => upstreamEvents().includes('upstream_token_renewed'))
  await until(async () => (await rows())[0]?.value.earlier === undefined)
  t.is(await statusThere(house, old), 401)
  t.is(tokensOf('anna').length, 1)
  await callApi(house, String((await refresh(house, refreshToken)).json.access_token))
  t.is(house.music.lastRequest?.user, 'anna')
})

test('what ends soon and could not be renewed is told in the log and at /readyz, until a sign-in renews it', async (t) => {
  const { house, session, rows, upstreamEvents } = await openHouse(t, (config) => {
    Object.assign(config, { metrics: { listen: '127.0.0.1:0' } })
  })
  const { access } = await link(house)
  await callApi(house, access)
  house.music.revokeToken(sentToken(house))
  house.music.revokeToken(session)
  house.advance(360 * DAY_MS)
  t.regex(await house.logged('upstream token ends soon'), /"user":"ada"/)
  const ready = async () => {
    const response = await fetch(`http://127.0.0.1:${house.gateway.metrics?.port}/readyz`)
    return [response.status, await response.json()]
  }
  const endsAt = (await rows())[0]?.value.endsAt ?? 0
  const ending = [{ user: 'ada', upstream: 'music-assistant', until: new Date(endsAt).toISOString() }]
  await until(async () => JSON.stringify(await ready()).includes('ending'))
  t.deepEqual(await ready(), [200, { ready: true, listening: true, certificate: true, database: true, ending }])
  await giveAccount(house)
  house.advance(60_000)
  await until(() => upstreamEvents().includes('upstream_token_renewed'))
  await until(async () => !JSON.stringify(await ready()).includes('ending'))
  t.pass()
})

test('whoever is disabled in Music Assistant is no longer linked', async (t) => {
  const { house, grants } = await openHouse(t)
  const { access } = await link(house)
  await callApi(house, access)
  house.advance(60_000)
  await fetch(`${house.music.url}/api`, {
    method: 'POST',
    headers: { authorization: `Bearer ${house.music.createToken('admin')}` },
    body: JSON.stringify({
      command: 'auth/user/disable',
      args: { user_id: house.music.users.find(({ username }) => username === 'anna')?.userId },
    }),
  })
  t.is((await callApi(house, access)).status, 401)
  await until(async () => (await grants()).length === 0)
  t.is((await callApi(house, access)).json.error, 'invalid_token')
})

test('a gateway that stops does not wait for a Music Assistant that hangs while a token is ended there', async (t) => {
  const { house, revokeElsewhere, rows } = await openHouse(t)
  await callApi(house, (await link(house)).access)
  t.is((await rows()).length, 1)
  house.music.misbehave('hang', { times: 1 })
  const before = house.music.requests.length
  await revokeElsewhere()
  await until(async () => house.music.requests.length > before)
  t.is(house.music.requests.at(-1)?.url, '/auth/logout')
  await house.gateway.close()
  // The connection was closed under it, long before an answer was too late.
  t.notRegex(await house.logged('token could not be renewed or ended yet'), /did not answer within/)
  const store = await openKeyvStore(join(house.folder, 'data/skillgate.db'), house.now)
  t.teardown(() => store.close())
  t.is((await store.list('upstream-token', '', undefined, 10)).entries.length, 1, 'the next start ends it')
})
