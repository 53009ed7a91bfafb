import test, { type ExecutionContext } from 'ava'
import { statusThere } from '../support/account.ts'
import { type EchoHouse, startEchoHouse } from '../support/built-in-skill.ts'
import { wordsOn } from '../support/device.ts'
import { exactRequest, FORM } from '../support/exact-request.ts'
import type { TestConfig } from '../support/gateway.ts'
import { exchange, refresh } from '../support/linking.ts'
import { signInAs, useAccounts } from '../support/music-accounts.ts'
import { openMusicClient } from '../support/music-client.ts'
import { ALL_PLAYED, linkAs, playInEachWay } from '../support/music-story.ts'
import { until } from '../support/until.ts'

type Schema = 29 | 77

const SCHEMAS: Schema[] = [29, 77]
const DAY_MS = 86_400_000
/** How long a token of somebody's own is good for. */
const TOKEN_DAYS: Record<Schema, number> = { 29: 3650, 77: 365 }

/** A home with an Echo, whose people have accounts at Music Assistant, which has a clock of its own. */
async function openHome(t: ExecutionContext, schema: Schema) {
  let passed = 0
  const startedAt = Date.now()
  const house = await startEchoHouse(t, (config: TestConfig) => useAccounts(config), {
    schema,
    now: () => new Date(startedAt + passed),
  })
  /** Here and there. */
  const advance = (milliseconds: number) => {
    passed += milliseconds
    house.advance(milliseconds)
  }
  const ownTokens = (name: string) =>
    house.music.tokensOf(name).filter(({ name }) => name.startsWith('Amazon Alexa via'))
  const grants = async () => (await house.prepared.store.list('grant', '', undefined, 10)).entries
  return { house, advance, ownTokens, grants }
}

/** The token that Music Assistant was shown last by somebody whom it knows. */
function shown({ music }: EchoHouse): string {
  const seen = music.requests.findLast(({ url, user }) => url === '/api' && user)
  return String(seen?.header('authorization')[0]).replace(/^Bearer /, '')
}

for (const schema of SCHEMAS) {
  for (const person of ['anna', 'admin']) {
    test.serial(
      `schema ${schema}: from the sign-in of ${person} to a played track by /api, by /ws and by the skill`,
      async (t) => {
        const { house, ownTokens } = await openHome(t, schema)
        const { access } = await linkAs(house, person)
        const [made, ...more] = ownTokens(person)
        t.deepEqual(more, [])
        const days = (Date.parse(String(made?.expires_at)) - Date.parse(String(made?.created_at))) / DAY_MS
        t.is(Math.round(days), TOKEN_DAYS[schema])
        const { outcomes, players, title } = await playInEachWay(t, house, access)
        t.deepEqual(outcomes, ALL_PLAYED)
        t.deepEqual(players, [person], 'each in the name of who has linked')
        t.is(house.music.players[0]?.playback_state, 'playing')
        t.regex(String(title), /No\. 103$/)
        const messages = house.music.requests.flatMap((one) => one.messages).join()
        t.false(messages.includes(access), 'Music Assistant never sees a token of ours')
      },
    )
  }

  test.serial(
    `schema ${schema}: a guest is told at the sign-in that guests link nothing, and nothing was made`,
    async (t) => {
      const { house, ownTokens, grants } = await openHome(t, schema)
      const { page } = await signInAs(house, 'visitor')
      t.is(page.status, 403)
      t.regex(wordsOn(page), /This is a guest account of Music Assistant, and guests cannot link anything/)
      t.deepEqual(ownTokens('visitor'), [])
      t.deepEqual(await grants(), [])
      const { access } = await linkAs(house, 'anna')
      t.deepEqual((await playInEachWay(t, house, access)).outcomes, ALL_PLAYED, 'the others play on')
    },
  )

  test.serial(
    `schema ${schema}: music goes on after the renewal of the token, in each way, and with the new one only`,
    async (t) => {
      const { house, ownTokens, advance } = await openHome(t, schema)
      const first = await linkAs(house, 'anna')
      await playInEachWay(t, house, first.access)
      const old = shown(house)
      advance(0.81 * TOKEN_DAYS[schema] * DAY_MS)
      await until(() => ownTokens('anna').every(({ created_at }) => Date.parse(created_at) > Date.now() + DAY_MS))
      const { json } = await refresh(house, first.refresh)
      const { outcomes, players } = await playInEachWay(t, house, String(json.access_token))
      t.deepEqual([outcomes, players], [ALL_PLAYED, ['anna']])
      t.not(shown(house), old)
      t.is(await statusThere(house, old), 401)
      t.is(ownTokens('anna').length, 1)
    },
  )

  test.serial(
    `schema ${schema}: while it is down when a token is to be renewed, the one there is plays on, and is renewed later`,
    async (t) => {
      const { house, ownTokens, advance } = await openHome(t, schema)
      const first = await linkAs(house, 'anna')
      await playInEachWay(t, house, first.access)
      const old = shown(house)
      house.music.misbehave('reset')
      advance(0.81 * TOKEN_DAYS[schema] * DAY_MS)
      await house.logged('token could not be renewed or ended yet')
      const { json } = await refresh(house, first.refresh)
      house.music.misbehave(undefined)
      const { outcomes } = await playInEachWay(t, house, String(json.access_token))
      t.deepEqual(outcomes, ALL_PLAYED)
      await until(async () => {
        // First what may have been made is looked for, and a minute later another one is made.
        house.advance(60_000)
        return (await statusThere(house, old)) === 401
      })
      t.is(ownTokens('anna').length, 1)
      const later = await refresh(house, first.refresh)
      t.deepEqual((await playInEachWay(t, house, String(later.json.access_token))).outcomes, ALL_PLAYED)
    },
  )

  test.serial(
    `schema ${schema}: a token that expired while nobody could renew it ends the link, and signing in brings it back`,
    async (t) => {
      const { house, advance, grants } = await openHome(t, schema)
      const first = await linkAs(house, 'anna')
      house.music.misbehave('reset')
      advance((TOKEN_DAYS[schema] + 1) * DAY_MS)
      const { status, json } = await refresh(house, first.refresh)
      t.is(status, 200, 'the token endpoint asks nobody')
      const stillDown = await playInEachWay(t, house, String(json.access_token))
      t.deepEqual([stillDown.outcomes.api, stillDown.outcomes.ws], ['502', '502'])
      t.is((await grants()).length, 1, 'nobody is unlinked for a server that is down')
      house.music.misbehave(undefined)
      house.advance(300_000)
      const over = await playInEachWay(t, house, String(json.access_token))
      t.deepEqual(over.players, [])
      t.deepEqual([over.outcomes.api, over.outcomes.ws], ['401', '23'])
      t.deepEqual(await grants(), [])
      const again = await linkAs(house, 'anna')
      t.deepEqual((await playInEachWay(t, house, again.access)).outcomes, ALL_PLAYED)
    },
  )

  test.serial(
    `schema ${schema}: a link that ends here is over in each way, its /ws with a Close frame, its token there too`,
    async (t) => {
      const { house, ownTokens } = await openHome(t, schema)
      const { access, refresh: refreshToken } = await linkAs(house, 'anna')
      const client = await openMusicClient(t, house)
      await client.next()
      t.like(await client.ask('auth', { token: access }), { result: { authenticated: true } })
      t.is(await revoke(house, refreshToken), 200)
      const { code } = await client.closed
      t.not(code, 1006, 'a Close frame came')
      const { outcomes, players } = await playInEachWay(t, house, access)
      t.deepEqual([outcomes.api, outcomes.ws, players], ['401', '23', []])
      t.regex(String(outcomes.skill), /link your account/)
      house.advance(5000)
      await until(() => ownTokens('anna').length === 0)
    },
  )

  test.serial(
    `schema ${schema}: a token that is revoked there ends its /ws, and a session brings another one without a new link`,
    async (t) => {
      const { house, ownTokens } = await openHome(t, schema)
      const { access } = await linkAs(house, 'anna')
      const client = await openMusicClient(t, house)
      await client.next()
      await client.ask('auth', { token: access })
      await playInEachWay(t, house, access)
      house.advance(60_000)
      house.music.revokeToken(shown(house))
      await client.closed
      t.is((await playInEachWay(t, house, access)).outcomes.api, '401', 'once')
      t.deepEqual((await playInEachWay(t, house, access)).outcomes, ALL_PLAYED)
      t.is(ownTokens('anna').length, 1)
    },
  )

  test.serial(
    `schema ${schema}: while Music Assistant is down each way says so in its own form, and plays when it is back`,
    async (t) => {
      const { house, grants } = await openHome(t, schema)
      const { access } = await linkAs(house, 'anna')
      house.music.misbehave('reset')
      const { outcomes } = await playInEachWay(t, house, access)
      t.deepEqual([outcomes.api, outcomes.ws], ['502', '502'])
      t.regex(String(outcomes.skill), /^I can't reach Music Assistant/)
      t.is((await grants()).length, 1)
      house.music.misbehave(undefined)
      t.deepEqual((await playInEachWay(t, house, access)).outcomes, ALL_PLAYED)
    },
  )
}

/** As Alexa would, if it told anybody. */
async function revoke(house: EchoHouse, token: string): Promise<number> {
  const { id, secret } = { id: 'amazon-alexa', secret: house.secrets.alexa }
  const body = new URLSearchParams({ token, client_id: id, client_secret: secret }).toString()
  return (await exactRequest(house, { method: 'POST', path: '/alexa/revoke', headers: FORM, body })).status
}

test.serial(
  'Music Assistant that goes down between consent and code takes no part: the code is redeemed, and plays later',
  async (t) => {
    const { house } = await openHome(t, 77)
    const { page } = await signInAs(house, 'anna')
    house.music.misbehave('hang')
    const code = new URL(page.location).searchParams.get('code')
    const { status, json } = await exchange(house, code)
    t.is(status, 200)
    house.music.misbehave(undefined)
    t.deepEqual((await playInEachWay(t, house, String(json.access_token))).outcomes, ALL_PLAYED)
  },
)
