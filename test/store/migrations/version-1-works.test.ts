import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { handleToken } from '../../../src/oauth/endpoints/handle-token.ts'
import { keyFile, openSealer } from '../../../src/secrets/seal.ts'
import { hashSecret, newSecret } from '../../../src/secrets/secret.ts'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import { hashPassword } from '../../../src/users/passwords.ts'
import { openSignIn } from '../../../src/users/sign-in.ts'
import { newTotpSecret } from '../../../src/users/totp.ts'
import { openAccessTokens } from '../../support/access-tokens.ts'
import { DEVICE_GRANT, KITCHEN } from '../../support/device.ts'
import { temporaryFolder, testEnvironment } from '../../support/environment.ts'
import { CLIENT, PUBLIC_CLIENT } from '../../support/grants.ts'
import { AS_CLIENT, AS_PHONE, openServer, postForm } from '../../support/server.ts'
import { codeOf } from '../../users/people.ts'
import { type RowOfVersion1, readDatabase, writeVersion1 } from '../fixtures/v1.ts'

const MINUTE = 60_000
const PASSWORD = 'correct horse battery'
const RECOVERY = 'abcd-efgh-ijkl-mnop'
const ATTEMPT = { name: 'ada', password: PASSWORD, cookies: undefined, address: '192.0.2.7' }

/** A house that was written by version 1, with secrets that are made here, opened by today's code. */
async function openHouse(t: ExecutionContext) {
  const environment = testEnvironment()
  const folder = temporaryFolder(t)
  const file = join(folder, 'skillgate.db')
  const sealer = await openSealer(keyFile(folder), environment)
  const at = environment.now()
  const secrets = Object.fromEntries(
    ['kept', 'rotating', 'superseded', 'bearer', 'code', 'session', 'pending', 'approved', 'polling', 'resting'].map(
      (name) => [name, newSecret(environment)],
    ),
  ) as Record<string, string>
  const totpSecret = newTotpSecret(environment)
  const rows: RowOfVersion1[] = []
  const add = (kind: string, id: string, value: object, expiresAt?: number) => rows.push({ kind, id, value, expiresAt })
  const addHashed = (kind: string, name: string, value: object, expiresAt: number) =>
    add(kind, hashSecret(secrets[name]!), value, expiresAt)

  const ada = { userName: 'ada', userId: 'u1' }
  add('user', 'ada', {
    revision: 4,
    id: 'u1',
    name: 'ada',
    displayName: 'Ada Lovelace',
    password: await hashPassword(PASSWORD, environment),
    createdAt: at - MINUTE,
    sessionEpoch: 2,
    totp: {
      sealedSecret: sealer.seal(totpSecret, 'totp:u1'),
      lastStep: 0,
      recoveryCodes: [hashSecret(RECOVERY.replaceAll('-', ''))],
    },
  })
  const scopes = ['music.read']
  const until = at + 90 * 86_400_000
  for (const client of [CLIENT.id, PUBLIC_CLIENT.id]) {
    add('grant', `u1.${client}`, { revision: 1, ...ada, client, scopes, createdAt: at, lastUsedAt: at }, until)
  }
  const token = (client: string, expiresAt: number) => ({ grant: `u1.${client}`, scopes, issuedAt: at, expiresAt })
  addHashed('refresh', 'kept', token(CLIENT.id, until), until)
  addHashed('refresh', 'rotating', token(PUBLIC_CLIENT.id, until), until)
  addHashed('refresh', 'superseded', { ...token(PUBLIC_CLIENT.id, until), supersededAt: at - 2 * MINUTE }, until)
  addHashed('access', 'bearer', token(CLIENT.id, at + 60 * MINUTE), at + 60 * MINUTE)
  const redirectUri = CLIENT.redirect_uris[0]!
  const code = { ...ada, client: CLIENT.id, redirectUri, scopes, expiresAt: at + 5 * MINUTE }
  addHashed('code', 'code', code, code.expiresAt)

  const session = { revision: 1, ...ada, epoch: 2, createdAt: at, lastUsedAt: at }
  addHashed('session', 'session', session, at + 30 * MINUTE)
  addHashed('session', 'pending', { ...session, half: true }, at + 5 * MINUTE)

  const device = { revision: 2, client: KITCHEN.id, scopes, interval: 5000, expiresAt: at + 10 * MINUTE }
  addHashed('device', 'approved', { ...device, askedAt: at, decision: { approved: true, ...ada } }, at + 20 * MINUTE)
  addHashed('device', 'polling', { ...device, askedAt: at - 3999 }, at + 20 * MINUTE)
  addHashed('device', 'resting', { ...device, askedAt: at - 5000 }, at + 20 * MINUTE)
  writeVersion1(file, rows)

  const store = await openKeyvStore(file, environment.now)
  t.teardown(() => store.close())
  t.is(readDatabase(file).version, 2)
  const { server: other } = await openServer(t, [CLIENT, PUBLIC_CLIENT, KITCHEN])
  const accessTokens = openAccessTokens(store, other.clients, environment.now)
  const server = { ...other, ...environment, store, accessTokens }
  const limits = { idle: 30 * MINUTE, absolute: 480 * MINUTE }
  const people = await openSignIn({ store, environment, sealer, audit: server.audit, limits })
  const post = (form: Record<string, string>) => postForm(server, handleToken, form)
  const cookie = (name: string) => `__Host-skillgate-session=${secrets[name]}`
  return { environment, secrets, totpSecret, server, people, post, cookie, redirectUri }
}

test('a refresh token that version 1 issued is refreshed, kept or rotated, and a superseded one is refused', async (t) => {
  const { secrets, post, server } = await openHouse(t)
  const refresh = (name: string) => ({ grant_type: 'refresh_token', refresh_token: secrets[name]! })
  const kept = await post({ ...refresh('kept'), ...AS_CLIENT })
  t.deepEqual([kept.status, kept.json.refresh_token], [200, secrets.kept])
  t.is((await server.accessTokens.find(kept.json.access_token))?.identity.user.id, 'u1')
  const rotated = await post({ ...refresh('rotating'), ...AS_PHONE })
  t.is(rotated.status, 200)
  t.not(rotated.json.refresh_token, secrets.rotating)
  const next = { grant_type: 'refresh_token', refresh_token: rotated.json.refresh_token }
  t.is((await post({ ...next, ...AS_PHONE })).status, 200)
  // Last, for it ends the grant: its grace was over when it was migrated.
  t.is((await post({ ...refresh('superseded'), ...AS_PHONE })).json.error, 'invalid_grant')
  t.is((await post({ ...next, ...AS_PHONE })).json.error, 'invalid_grant')
})

test('an access token that version 1 issued is found, and is good until it expires', async (t) => {
  const { secrets, server, environment } = await openHouse(t)
  const identity = { user: { id: 'u1' }, client: CLIENT.id, scopes: ['music.read'] }
  t.like(await server.accessTokens.find(secrets.bearer!), { identity })
  t.is(await server.accessTokens.find(secrets.kept!), undefined)
  environment.advance(60 * MINUTE)
  t.is(await server.accessTokens.find(secrets.bearer!), undefined)
})

test('a code that version 1 issued is exchanged, once', async (t) => {
  const { secrets, post, redirectUri } = await openHouse(t)
  const form = { grant_type: 'authorization_code', code: secrets.code!, redirect_uri: redirectUri, ...AS_CLIENT }
  t.is((await post(form)).status, 200)
  t.is((await post(form)).json.error, 'invalid_grant')
})

test('who was signed in still is, and who owed a second factor still does', async (t) => {
  const { people, cookie, totpSecret, environment } = await openHouse(t)
  t.is((await people.findSession(cookie('session')))?.user.name, 'ada')
  t.is(await people.findSession(cookie('pending')), undefined)
  const enter = (name: string, code: string) =>
    people.checkSecondFactor({ cookies: cookie(name), code, address: ATTEMPT.address })
  t.is((await enter('session', codeOf(totpSecret, { environment }))).kind, 'expired')
  t.is((await enter('pending', codeOf(totpSecret, { environment }))).kind, 'signed-in')
  t.is((await enter('pending', codeOf(totpSecret, { environment }, 1))).kind, 'expired')
})

test('a password and a recovery code of version 1 sign in, the recovery code once', async (t) => {
  const { people } = await openHouse(t)
  t.is((await people.checkPassword({ ...ATTEMPT, password: 'wrong horse battery' })).kind, 'wrong')
  for (const expected of ['signed-in', 'wrong'] as const) {
    const entered = await people.checkPassword(ATTEMPT)
    if (entered.kind !== 'second-factor') return t.fail(entered.kind)
    const [cookies] = entered.cookie.split(';')
    t.is((await people.checkSecondFactor({ cookies, code: RECOVERY, address: ATTEMPT.address })).kind, expected)
  }
})

test('a device that version 1 has seen gets its tokens, or is told to wait by when it asked last', async (t) => {
  const { secrets, post } = await openHouse(t)
  const poll = (name: string) => post({ grant_type: DEVICE_GRANT, client_id: KITCHEN.id, device_code: secrets[name]! })
  const approved = await poll('approved')
  t.is(approved.status, 200)
  t.regex(approved.json.access_token, /^[\w-]{43}$/)
  t.is((await poll('approved')).json.error, 'invalid_grant')
  t.is((await poll('polling')).json.error, 'slow_down')
  t.is((await poll('resting')).json.error, 'authorization_pending')
})
