import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { isOwnPath, ownPaths } from '../../src/config/own-paths.ts'
import type { Client } from '../../src/config/schema.ts'
import { writeAndLoad } from '../support/config.ts'

const minimal = readFileSync(join(import.meta.dirname, 'good/minimal.yaml'), 'utf8')
const full = readFileSync(join(import.meta.dirname, 'good/full.yaml'), 'utf8')
const variables = { ALEXA_SECRET: 'a', LIGHTS_TOKEN: 'b', REGISTRATION_TOKEN: 'c' }

const settings = ({ pkce, refresh, auth_methods, grant_types, redirect_uris, scopes }: Partial<Client> = {}) => ({
  pkce,
  refresh,
  auth_methods,
  grant_types,
  redirect_uris,
  scopes,
})

test('what the OAuth section leaves out has its default', (t) => {
  const { oauth, listen } = writeAndLoad(t, minimal)
  t.deepEqual(listen.trusted_proxies, [])
  t.deepEqual(oauth.default_scopes, ['music.read', 'music.control'])
  t.deepEqual(oauth.lifetimes, { code: 300, access_token: 3600, refresh_grace: 60 })
  t.deepEqual(oauth.session, { idle: 3600, absolute: 43_200 })
  t.false(oauth.registration.enabled)
  t.is(oauth.registration.scopes, undefined)
  const token = oauth.registration.initial_access_token
  t.regex('file' in token ? token.file : '', /^\/.*\/data\/registration\.token$/)
  t.deepEqual(oauth.scopes, { 'music.read': { en: 'See your music', de: 'See your music' } })
})

test("a confidential client's defaults are to keep its refresh token, and to use PKCE or not, Basic or the body", (t) => {
  const [client] = writeAndLoad(t, minimal).oauth.clients
  t.deepEqual(settings(client), {
    pkce: 'optional',
    refresh: 'keep',
    auth_methods: ['client_secret_basic', 'client_secret_post'],
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['https://app.example.org/callback'],
    scopes: ['music.read'],
  })
  t.deepEqual(client?.lifetimes, {})
  t.false(client?.resource_server)
})

test('a public client has to use PKCE, rotates, and authenticates by nothing', (t) => {
  const [client] = writeAndLoad(t, minimal.replace('secret: { file: app.secret }', 'public: true')).oauth.clients
  t.deepEqual(settings(client), {
    pkce: 'required',
    refresh: 'rotate',
    auth_methods: [],
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['https://app.example.org/callback'],
    scopes: ['music.read'],
  })
})

test('what a client says of itself is taken, and what it is for decides what it needs', (t) => {
  const { oauth } = writeAndLoad(t, full, variables)
  const byId = Object.fromEntries(oauth.clients.map((client) => [client.id, client]))
  t.like(byId['amazon-alexa'], {
    pkce: 'required',
    refresh: 'rotate',
    auth_methods: ['client_secret_basic'],
    grant_types: ['authorization_code'],
    resource_server: true,
    lifetimes: { code: 600, access_token: 86_400, refresh_token: 86_400, refresh_grace: 0 },
  })
  t.deepEqual(byId.kitchen?.redirect_uris, [])
  t.deepEqual(byId.kitchen?.grant_types, ['device_code', 'refresh_token'])
  t.deepEqual(byId['music-api']?.grant_types, [])
  t.deepEqual(byId['music-api']?.scopes, [])
  t.deepEqual(byId['music-api']?.secret, { hash: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg' })
  t.deepEqual(oauth.scopes['user:read'], { en: 'See your name', de: 'Den Namen sehen' })
})

test('each lifetime and limit may be its least and its most', (t) => {
  const bounds = {
    lifetimes: [
      { code: 10, access_token: 60, refresh_token: 3600, refresh_grace: 0 },
      { code: 600, access_token: 86_400, refresh_token: 315_360_000, refresh_grace: 600 },
    ],
    session: [
      { idle: 60, absolute: 60 },
      { idle: 604_800, absolute: 2_592_000 },
    ],
  }
  for (const [section, values] of Object.entries(bounds)) {
    for (const value of values) {
      const { oauth } = writeAndLoad(t, minimal.replace('oauth:\n', `oauth:\n  ${section}: ${JSON.stringify(value)}\n`))
      t.deepEqual(oauth[section as keyof typeof bounds], value as never)
    }
  }
})

test('the paths that no route can have are all of the endpoints and of the metadata', (t) => {
  const own = [
    ...ownPaths('/link'),
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-authorization-server/link',
  ]
  const metadata = ['/link/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resource/api']
  for (const path of [...own, ...metadata]) t.true(isOwnPath('/link', path), path)
  for (const path of [
    '/',
    '/health/',
    '/link',
    '/link/',
    '/link/token/',
    '/link/*',
    '/alexa/token',
    '/.well-known/x',
  ]) {
    t.false(isOwnPath('/link', path), path)
  }
})
