import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parse, stringify } from 'yaml'
import { hashSecret } from '../../src/secrets/secret.ts'
import { restart, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { callApi, link, refresh } from '../support/linking.ts'
import { typeElsewhere } from '../support/terminal.ts'
import { issueToken } from '../support/tokens.ts'

const HOUR = 3_600_000

test('a running gateway takes a renewed secret at once, and the earlier ones until their time is over, also after two renewals', async (t) => {
  const house = await startTestHouse(t)
  const inFile = () => readFileSync(join(house.folder, 'data', 'alexa.secret'), 'utf8').trim()
  const { refresh: token } = await link(house)
  const status = async (secret: string) => (await refresh(house, token, { client_secret: secret })).status

  const first = inFile()
  await typeElsewhere(t, house, 'client', 'secret', 'amazon-alexa', '--renew', '--overlap', '48')
  const second = inFile()
  await typeElsewhere(t, house, 'client', 'secret', 'amazon-alexa', '--renew', '--overlap', '72')
  const third = inFile()
  t.is(new Set([first, second, third]).size, 3)
  for (const secret of [first, second, third]) t.is(await status(secret), 200)
  house.advance(49 * HOUR)
  t.deepEqual([await status(first), await status(second), await status(third)], [401, 200, 200])
  house.advance(24 * HOUR)
  t.deepEqual([await status(first), await status(second), await status(third)], [401, 401, 200])
})

test('a secret of which there is only the hash is renewed, and good before and after the configuration has the new hash', async (t) => {
  const house = await startTestHouse(t, (config) => {
    const secret = { hash: hashSecret('the first one') } as never
    config.oauth.clients.push({ ...config.oauth.clients[0]!, id: 'third', secret })
  })
  /** Whether a client is known by it, which then sends a refresh token that nobody has. */
  const isKnown = async (at: TestHouse, client_secret: string) =>
    (await refresh(at, 'x', { client_id: 'third', client_secret })).json.error === 'invalid_grant'
  t.deepEqual([await isKnown(house, 'the first one'), await isKnown(house, 'another')], [true, false])

  const printed = await typeElsewhere(t, house, 'client', 'secret', 'third', '--renew')
  const [, secret = ''] = /again: {2}(\S{43})$/m.exec(printed) ?? []
  const [, hash = ''] = /secret: { hash: (\S{43}) }$/m.exec(printed) ?? []
  for (const either of ['the first one', secret]) t.true(await isKnown(house, either))

  const values = parse(readFileSync(house.configFile, 'utf8'))
  values.oauth.clients.at(-1).secret.hash = hash
  writeFileSync(house.configFile, stringify(values))
  const restarted = await restart(t, house)
  for (const either of ['the first one', secret]) t.true(await isKnown(restarted, either))
  house.advance(25 * HOUR)
  t.deepEqual([await isKnown(restarted, 'the first one'), await isKnown(restarted, secret)], [false, true])
})

test('a client that registered itself is out at the next request once the command has removed it', async (t) => {
  const house = await startTestHouse(t, (config) => {
    Object.assign(config.oauth, { registration: { enabled: true } })
  })
  const { store } = house.prepared
  const scopes = ['music.control']
  await store.put('client', 'app-1', {
    name: 'App',
    public: true,
    redirectUris: ['https://app.example/back'],
    scopes,
    grantTypes: ['authorization_code'],
    authMethods: [],
    createdAt: house.now(),
  })
  const token = await issueToken(house, scopes)
  const { grant = '' } = (await store.get('access', hashSecret(token))) ?? {}
  await store.put('grant', grant, { ...(await store.get('grant', grant))!, client: 'app-1' })
  t.is((await callApi(house, token)).status, 200)
  t.is(await typeElsewhere(t, house, 'client', 'remove', 'app-1'), 'app-1 is removed, and 1 link was ended.\n')
  t.is((await callApi(house, token)).status, 401)
})
