import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { checkedJson } from '../../../src/store/checked-json.ts'
import { everyRow } from '../../../src/store/every-row.ts'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import type { Kind, Records } from '../../../src/store/records.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { FIXTURE_TIME, readDatabase, writeFixture, writeVersion1 } from '../fixtures/v1.ts'

const ADA = '3fb505f888d2680b9c8740da'
const BOB = '11ecc65537830ad610b86b29'
const [GRANT_OF_ADA, GRANT_OF_BOB] = [`${ADA}.85dea691ef6f1df593972ffb`, `${BOB}.7c2e18d632851401f4acbca6`]
const BEGAN = 1798804800000

async function openFixture(t: ExecutionContext) {
  const file = join(temporaryFolder(t), 'skillgate.db')
  writeFixture(file)
  const before = readDatabase(file)
  const store = await openKeyvStore(file, () => FIXTURE_TIME)
  t.teardown(() => store.close())
  const all = async <K extends Kind>(kind: K) => {
    const values: Record<string, Records[K]> = {}
    for await (const { id, value } of everyRow(store, kind)) values[id] = value
    return values
  }
  return { file, before, store, all }
}

test('what version 1 wrote is there in version 2: every row, its expiry, and a checksum of what it holds now', async (t) => {
  const { file, before } = await openFixture(t)
  const after = readDatabase(file)
  t.deepEqual([before.version, after.version], [1, 2])
  t.is(before.rows.length, 33)
  t.deepEqual(
    after.rows.map(({ key, expires }) => ({ key, expires })),
    before.rows.map(({ key, expires }) => ({ key, expires })),
  )
  for (const { value } of after.rows) t.notThrows(() => checkedJson.parse(value), value)
  const changed = after.rows.filter(({ value }, i) => value !== before.rows[i]?.value).map(({ key }) => key)
  const expected = before.rows.filter(({ key, value }) => key.startsWith('session:') || value.includes('"askedAt"'))
  t.deepEqual(changed, expected.map(({ key }) => key).sort())
  t.is(changed.length, 5)
})

test('its sessions have a state with a name', async (t) => {
  const { all } = await openFixture(t)
  const times = { revision: 1, createdAt: FIXTURE_TIME, lastUsedAt: FIXTURE_TIME }
  t.deepEqual<unknown, unknown>(await all('session'), {
    aN4cPW05b26pMvDjgbPeGyGKv1AIw9pnA5p24OcYG6I: {
      ...times,
      userName: 'ada',
      userId: ADA,
      epoch: 0,
      state: 'signed-in',
    },
    XBYMnmnSlDy2mP1ve00vEJezY8GJkEYlG3ooid50_Og: { ...times, userName: 'bob', userId: BOB, epoch: 1, state: 'pending' },
  })
})

test('its devices poll, where they asked', async (t) => {
  const { all } = await openFixture(t)
  const kitchen = { client: 'kitchen', scopes: ['music.read'], expiresAt: 1798810800000 }
  const polled = { ...kitchen, revision: 3, polledAt: FIXTURE_TIME }
  t.deepEqual<unknown, unknown>(await all('device'), {
    '6EEvXutcBqoPswoFVVnf_pzQUSjWw-ibRv6D1mAweLk': { ...polled, interval: 5000, decision: { approved: false } },
    BzRyFeHDHeBJzFxIAkuKDj1IK1Z5XJdiO2Vmnxwm8wA: { ...kitchen, revision: 1, interval: 5000 },
    'H-JwT1qfY9g98_8YGjXKHduGjPOEUwDfDRFItGp08Xg': { ...polled, interval: 10_000 },
    lV0FLyvG6gN747X22_bLcmJrCJICBJ3ABgLpluaLXEE: {
      ...polled,
      interval: 5000,
      decision: { approved: true, userName: 'ada', userId: ADA },
    },
  })
  t.is(Object.keys(await all('user-code')).length, 4)
})

test('its people are who they were: with a second factor, disabled, or neither', async (t) => {
  const { all } = await openFixture(t)
  const { ada, bob, cleo, ...others } = await all('user')
  t.deepEqual(others, {})
  t.like(ada, {
    revision: 1,
    id: ADA,
    displayName: 'Ada Lovelace',
    createdAt: BEGAN,
    disabled: undefined,
    totp: undefined,
  })
  t.like(bob, { revision: 2, id: BOB, displayName: 'Bob Ünal', sessionEpoch: 1 })
  t.is(bob?.totp?.recoveryCodes.length, 10)
  t.is(bob?.totp?.lastStep, 59960160)
  t.like(cleo, { disabled: true, sessionEpoch: 1 })
})

test('its grants, tokens, codes and redemptions are what they were', async (t) => {
  const { all, store } = await openFixture(t)
  const scopes = ['music.read', 'music.control']
  const resources = ['https://home.example/api']
  t.deepEqual(await all('grant'), {
    [GRANT_OF_BOB]: {
      revision: 1,
      userName: 'bob',
      userId: BOB,
      client: 'phone',
      scopes,
      resources,
      createdAt: FIXTURE_TIME,
      lastUsedAt: FIXTURE_TIME,
    },
    [GRANT_OF_ADA]: {
      revision: 2,
      userName: 'ada',
      userId: ADA,
      client: 'amazon-alexa',
      scopes,
      createdAt: BEGAN,
      lastUsedAt: FIXTURE_TIME,
    },
  })
  const ofBob = { grant: GRANT_OF_BOB, scopes, resources, issuedAt: FIXTURE_TIME, expiresAt: 1806586200000 }
  t.deepEqual(await all('refresh'), {
    NTZJdnD7wW03he53wREegpldUb0OzEgVvDGxcKL2NLA: { ...ofBob, supersededAt: FIXTURE_TIME },
    'UbaYKrV5mkvZ-GqmP64xFhZ3HOKr-A1YefIRTfe5PKU': {
      grant: GRANT_OF_ADA,
      scopes,
      issuedAt: BEGAN,
      expiresAt: 1806586200000,
    },
    WpY6st_CQIivXzm7TkWWN1LMOKi6ocAwKKWzWqcjEck: ofBob,
  })
  t.is(Object.keys(await all('access')).length, 3, 'the fourth one has expired')
  t.deepEqual(Object.values(await all('redemption')), [{ grant: GRANT_OF_BOB, redeemedAt: FIXTURE_TIME }])
  t.deepEqual(await store.get('code', 'f9Z9xgYysG3qEOK5tDXGUjC3jU2thKzeKXdXXv5G_YQ'), {
    userName: 'ada',
    userId: ADA,
    client: 'amazon-alexa',
    redirectUri: 'https://client.example/back',
    scopes: ['music.read'],
    resources,
    challenge: 'DH4ervuRTrb298hQ-d5GOKEmGae24LgC5JppxKYbK-s',
    expiresAt: 1798810500000,
  })
})

test('its clients, their secrets and what was counted are what they were', async (t) => {
  const { all } = await openFixture(t)
  t.deepEqual<unknown, unknown>(await all('client'), {
    'app-15bdf7350357bfc9788cb70a': {
      name: 'An app',
      public: false,
      secretHash: 'sq0ugoC9Ey9ZBOr9VMpqOxT964gyzXjGHgT1cBQeGyk',
      redirectUris: ['https://app.example/back'],
      scopes: ['music.read'],
      grantTypes: ['authorization_code'],
      authMethods: ['client_secret_basic'],
      createdAt: FIXTURE_TIME,
    },
  })
  t.deepEqual(await all('client-secret'), {
    'amazon-alexa': {
      revision: 2,
      hash: 'Tnx6pU-26JbJyQ5frGrixqywQWszFAQXRpn9AjgVTUs',
      earlier: [{ hash: 'CTC8MaJQVlfe2mPh5ZApsDb3oLeB9HjLU7MI_RyxRmQ', until: 1798896600000 }],
    },
  })
  const counted = Object.values(await all('failures')).filter(({ at }) => at.length > 0)
  t.deepEqual(counted, [{ at: Array(5).fill(FIXTURE_TIME), reported: true, revision: 6 }])
})

test('what tests write as version 1 is byte for byte what version 1 wrote', (t) => {
  const folder = temporaryFolder(t)
  const [made, imitated] = [join(folder, 'made.db'), join(folder, 'imitated.db')]
  writeFixture(made)
  const { rows } = readDatabase(made)
  writeVersion1(
    imitated,
    rows.map(({ key, value, expires }) => {
      const [kind = '', id = ''] = key.split(/:(.*)/)
      return { kind, id, value: JSON.parse(value).value, expiresAt: expires ?? undefined }
    }),
  )
  t.deepEqual(readDatabase(imitated), readDatabase(made))
})
