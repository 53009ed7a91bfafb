import { join } from 'node:path'
import test from 'ava'
import { hashSecret } from '../../src/secrets/secret.ts'
import { openTerminal } from '../support/terminal.ts'

const APP = {
  name: 'App\u202eppA',
  public: true,
  redirectUris: ['https://app.example/back'],
  scopes: ['music.read'],
  grantTypes: ['authorization_code' as const],
  authMethods: [],
  createdAt: Date.UTC(2026, 6, 28, 12),
}

test('clients are listed with the place of their secret, the configured ones first', async (t) => {
  const { type, folder, store } = await openTerminal(t, (config) => {
    Object.assign(config.oauth.clients[0]!, { secret: { hash: 'A'.repeat(43) } })
    Object.assign(config.oauth.clients[1]!, { secret: '${OTHER_SECRET}' })
    config.oauth.clients.push({
      ...config.oauth.clients[0]!,
      id: 'third',
      secret: { file: 'data/third.secret' },
    } as (typeof config.oauth.clients)[0])
  })
  const lines = (await type('client list')).map((line) => line.split(/ {2,}/))
  const scopes = 'music.read music.control user:read'
  t.deepEqual(lines, [
    ['ID', 'NAME', 'SECRET', 'SCOPES', 'REGISTERED BY'],
    ['amazon-alexa', 'Amazon Alexa', 'hash', scopes, 'gateway.yaml'],
    ['other', 'Other', '${OTHER_SECRET}', scopes, 'gateway.yaml'],
    ['phone', 'Phone app', 'none', 'music.read', 'gateway.yaml'],
    ['third', 'Amazon Alexa', join(folder, 'data', 'third.secret'), scopes, 'gateway.yaml'],
  ])
  await store.put('client', 'app-1', APP)
  const later = await type('client list')
  t.regex(later[5]!, /^app-1 +App\ufffdppA +none +music.read +itself, 2026-07-2\d \d\d:\d\d$/)
  t.regex(later[6]!, /^Those that registered themselves with the token can do nothing: /)
})

test('nothing is said of registration while it is enabled', async (t) => {
  const { type, store } = await openTerminal(t, (config) => {
    Object.assign(config.oauth, { registration: { enabled: true } })
  })
  await store.put('client', 'app-1', { ...APP, public: false, secretHash: 'x' })
  const lines = await type('client list')
  t.is(lines.length, 5)
  t.regex(lines[4]!, /^app-1 +App.ppA +hash /)
})

test('a client with a document is listed by its URL, with since when, and removed by it', async (t) => {
  const id = 'https://apps.example.org/chat/client.json'
  const { type, store } = await openTerminal(t)
  await store.put('client', id, { ...APP, name: 'Chat', documentReadAt: APP.createdAt + 1000 })
  const lines = await type('client list')
  t.regex(
    lines.at(-2)!,
    /^https:\/\/apps\.example\.org\/chat\/client\.json +Chat +none +music\.read +its document, 2026-07-2\d /,
  )
  t.is(lines.at(-1), 'Those with a document can do nothing: oauth.client_metadata_documents is not enabled.')
  await t.throwsAsync(type(`client secret ${id}`), { message: `${id} is a public client: it has no secret.` })
  t.deepEqual(await type(`client remove ${id}`), [`${id} is removed, and 0 links were ended.`])
})

test('a client that registered itself is removed, and that is written down', async (t) => {
  const { type, store, events, now } = await openTerminal(t)
  await store.put('client', 'app-1', APP)
  const grant = { revision: 1, userName: 'ada', userId: 'u1', client: 'app-1', scopes: [], createdAt: 0, lastUsedAt: 0 }
  await store.put('grant', 'u1.1', grant, now() + 1000)
  t.deepEqual(await type('client remove app-1'), ['app-1 is removed, and 1 link was ended.'])
  t.is(await store.get('grant', 'u1.1'), undefined)
  t.deepEqual(events(), [
    { event: 'revoked', client: 'app-1', detail: 'the client was removed by the command, with 1 grants' },
  ])
  await t.throwsAsync(type('client remove app-1'), { name: 'CommandError', message: /^There is no client app-1\. / })
  await t.throwsAsync(type('client remove phone'), {
    name: 'CommandError',
    message: /^phone is in the configuration: .* A gateway that runs notices by itself\.$/,
  })
})

test('a new secret is made with the hash that the configuration takes', async (t) => {
  const { type } = await openTerminal(t)
  const make = async () => (await type('client new-secret')).map((line) => /([\w-]{43})(?: })?$/.exec(line)?.[1] ?? '')
  const [secret = '', hash = ''] = await make()
  t.is(hashSecret(secret), hash)
  t.not((await make())[0], secret)
})
