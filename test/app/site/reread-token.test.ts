import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { watchConfiguration } from '../../../src/app/reloading/watch-configuration.ts'
import { rereadToken } from '../../../src/app/site/reread-token.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { Logger } from '../../../src/telemetry/log.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { startTestHouse } from '../../support/gateway.ts'
import { callApi, link } from '../../support/linking.ts'
import { until } from '../../support/until.ts'

test('the file of a token is read again, once a minute at the most', async (t) => {
  const file = join(temporaryFolder(t), 'music.token')
  let now = 0
  const upstream: { name: string; token: string; earlierToken?: string } = { name: 'music', token: 'first' }
  const reread = rereadToken(upstream, { file }, () => now)
  writeFileSync(file, 'second\n')
  reread()
  await until(() => upstream.token === 'second')
  writeFileSync(file, 'third\n')
  now = 59_999
  reread()
  now = 60_000
  t.is(upstream.token, 'second')
  reread()
  await until(() => upstream.token === 'third')
  t.is(upstream.earlierToken, 'second')
})

test('where the file is gone, the token that was read stays', async (t) => {
  const upstream = { name: 'music', token: 'first' }
  const file = join(temporaryFolder(t), 'music.token')
  rereadToken(upstream, { file }, () => 0)()
  rereadToken(upstream, { variable: 'TOKEN', value: 'next' }, () => 0)()
  await until(() => upstream.token === 'next')
  t.pass()
})

test('after a 401 to it the token of the gateway is the one that its file has now, and clients never hear of it', async (t) => {
  const house = await startTestHouse(t)
  const { access } = await link(house)
  const file = join(house.folder, 'data/music-assistant.token')
  writeFileSync(file, house.music.createToken('anna'), { mode: 0o600 })
  await callApi(house, access)
  t.is(house.music.lastRequest?.user, 'admin')
  for (const { token_id } of house.music.tokensOf('admin')) await revoke(house.music.url, house.music, token_id)
  const refused = await callApi(house, access)
  t.is(refused.status, 502)
  t.is(refused.json.error, 'upstream_refused_gateway')
  await until(async () => (await callApi(house, access)).status === 200)
  t.is(house.music.lastRequest?.user, 'anna')
})

/** As the owner of a token does it in Music Assistant. */
async function revoke(url: string, music: { createToken: (name: string) => string }, token_id: string): Promise<void> {
  await fetch(`${url}/api`, {
    method: 'POST',
    headers: { authorization: `Bearer ${music.createToken('admin')}` },
    body: JSON.stringify({ command: 'auth/token/revoke', args: { token_id } }),
  })
}

test('a token that is written into its file counts without anybody being told', async (t) => {
  const house = await startTestHouse(t)
  const { access } = await link(house)
  const watched = watchConfiguration({
    configFile: house.configFile,
    variables: {},
    config: loadConfig(house.configFile, {}),
    log: { info() {}, error() {} } as unknown as Logger,
    gateway: Promise.resolve(house.gateway),
    explain: (error) => error.message,
    watching: { settleMs: 1, pollMs: 50 },
  })
  t.teardown(watched.close)
  await watched.watch()
  await callApi(house, access)
  t.is(house.music.lastRequest?.user, 'admin')
  writeFileSync(join(house.folder, 'data/music-assistant.token'), house.music.createToken('anna'), { mode: 0o600 })
  await until(async () => {
    await callApi(house, access)
    return house.music.lastRequest?.user === 'anna'
  })
  t.pass()
})
