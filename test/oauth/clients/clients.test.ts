import test from 'ava'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import { findClient, openClients } from '../../../src/oauth/clients/clients.ts'
import type { OAuthError } from '../../../src/oauth/oauth-error.ts'
import type { ClientRecord } from '../../../src/store/records.ts'
import { CLIENT, openStores, SECRET, testClients } from '../../support/grants.ts'

const clients = testClients()
const { id } = CLIENT
const asked = (client_id: string) => new Parameters(new URLSearchParams({ client_id }).toString())

const LIFETIMES = { code: 1, access_token: 2, refresh_token: 3, refresh_grace: 4 }
const SCOPES = ['music.read', 'music.control']
const RECORD: ClientRecord = {
  name: 'Somebody',
  public: true,
  redirectUris: ['http://127.0.0.1/callback'],
  scopes: ['music.read'],
  grantTypes: ['authorization_code', 'refresh_token'],
  authMethods: [],
  createdAt: 0,
}

test('a client of an authorization request is found by its exact id', async (t) => {
  t.is(await findClient(clients, asked(id), undefined), CLIENT)
  for (const wrong of ['nobody', id.toUpperCase(), `${id} `, '__proto__', '']) {
    await t.throwsAsync(findClient(clients, asked(wrong), undefined), { code: 'invalid_request' }, wrong)
  }
})

test('an unknown id is in the detail for the log, shortened, but not one that looks like a secret', async (t) => {
  const detailOf = async (typed: string) =>
    (await t.throwsAsync<OAuthError>(findClient(clients, asked(typed), undefined)))?.detail
  t.is(await detailOf('amazon_alexa'), 'unknown client "amazon_alexa"')
  t.is(await detailOf('x'.repeat(5000)), `unknown client "${'x'.repeat(100)}"`)
  for (const typed of [SECRET, 'A'.repeat(43)]) {
    t.is(await detailOf(typed), 'unknown client, whose client_id looks like a secret')
  }
})

test('a client that registered itself rotates, needs PKCE, is nobody to trust, and is none when nobody may register', async (t) => {
  const { store } = await openStores(t)
  await store.put('client', 'self', RECORD)
  const registered = { store, lifetimes: LIFETIMES, scopes: SCOPES, withToken: true }
  t.deepEqual(await openClients([CLIENT], registered).find('self'), {
    id: 'self',
    name: 'Somebody',
    public: true,
    secretHash: undefined,
    redirect_uris: ['http://127.0.0.1/callback'],
    scopes: ['music.read'],
    grant_types: ['authorization_code', 'refresh_token'],
    auth_methods: [],
    pkce: 'required',
    refresh: 'rotate',
    resource_server: false,
    lifetimes: { code: 1000, accessToken: 2000, refreshToken: 3000, refreshGrace: 4000 },
    selfRegistered: true,
  })
  t.is(await openClients([CLIENT], registered).find('nobody'), undefined)
  t.is(await openClients([CLIENT], { ...registered, withToken: false }).find('self'), undefined)
  t.is(await openClients([CLIENT], undefined).find('self'), undefined)
})

test('73. a client that registered itself may have what the configuration allows such clients now, whatever it registered', async (t) => {
  const { store } = await openStores(t)
  await store.put('client', 'self', { ...RECORD, scopes: SCOPES })
  const find = (scopes: string[]) =>
    openClients([], { store, lifetimes: LIFETIMES, scopes, withToken: true }).find('self')
  t.deepEqual((await find(SCOPES))?.scopes, SCOPES)
  t.deepEqual((await find(['music.read', 'user:read']))?.scopes, ['music.read'], 'nor more than it registered')
  t.deepEqual((await find([]))?.scopes, [])
})

test('a client of the configuration is never the one that registered itself under its id', async (t) => {
  const { store } = await openStores(t)
  await store.put('client', id, RECORD)
  t.is(await openClients([CLIENT], { store, lifetimes: LIFETIMES, scopes: SCOPES, withToken: true }).find(id), CLIENT)
})

test('one that registered openly is known whether or not the token counts, and until it is approved says what it becomes then', async (t) => {
  const { store } = await openStores(t)
  const stranger = { ...RECORD, openly: true, expiresAt: Number.MAX_SAFE_INTEGER }
  await store.put('client', 'stranger', stranger)
  const approved = { ...RECORD, openly: true, approved: true }
  await store.put('client', 'approved', approved)
  const { find } = openClients([], { store, lifetimes: LIFETIMES, scopes: SCOPES, withToken: false })
  const found = await find('stranger')
  t.true(found?.selfRegistered)
  t.is(found?.pkce, 'required')
  t.deepEqual(found?.rowOnceApproved, approved)
  t.is((await find('approved'))?.rowOnceApproved, undefined)
})
