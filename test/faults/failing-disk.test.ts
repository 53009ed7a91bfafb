import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { ADA } from '../support/gateway.ts'
import { approve, callApi, exchange, link, linkPhone, postToken, refresh } from '../support/linking.ts'
import { skillgate, writeConfig } from '../support/process.ts'
import { ERRNO, startOnShim } from './disk-shim.ts'
import { seededRandom } from './seeded-random.ts'

const ROUNDS = 60
const ERRORS = Object.entries(ERRNO)

/** A gateway with a user, whose log and audit trail are on the same disk as its database. */
async function openHouse(t: ExecutionContext) {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  const log = join(dirname(config), 'data', 'gateway.log')
  writeFileSync(config, stringify({ ...parse(readFileSync(config, 'utf8')), log: { file: log } }))
  await skillgate(['user', 'add', ADA.name, '--config', config], { input: `${ADA.password}\n` })
  const gateway = await startOnShim(t, config)
  return gateway && { gateway, log: () => readFileSync(log, 'utf8') }
}

/** What is asked again until it is answered; it may be asked as often as somebody likes. */
type Ask = () => ReturnType<typeof refresh>

test('whatever a database can not do is answered 503, and afterwards all is as it was', async (t) => {
  t.timeout(300_000)
  const random = seededRandom(t)
  const house = await openHouse(t)
  if (!house) return
  const { gateway } = house
  const alexa = await link(gateway)
  let { refresh: token } = await linkPhone(gateway)
  const given = [alexa.access]
  let refused = 0

  for (let round = 0; round < ROUNDS; round++) {
    const what = (['write', 'sync', 'read'] as const)[random(3)]!
    const suffix = ['.db-wal', '.db'][random(2)]!
    const [name, errno] = ERRORS[random(ERRORS.length)]!
    const where = `round ${round}: ${what} of ${suffix} fails with ${name}`
    const code = (await approve(gateway)).get('code')
    const asks: Ask[] = [
      () => refresh(gateway, alexa.refresh),
      () => postToken(gateway, { grant_type: 'refresh_token', client_id: 'phone', refresh_token: token }),
      () => exchange(gateway, code),
    ]
    const open = new Set(asks)

    /** @returns whether all was answered with tokens by now. */
    const askAll = async (expected: number[]) => {
      for (const ask of open) {
        const { status, json } = await ask()
        t.true(expected.includes(status), `${where}: ${status} ${json.error}`)
        if (status !== 200) {
          t.is(json.error, 'store_unavailable', where)
          refused++
          continue
        }
        open.delete(ask)
        given.push(String(json.access_token))
        if (ask === asks[1]) token = String(json.refresh_token)
      }
      for (const access of [given[random(given.length)], given.at(-1)]) {
        // The phone lacks the scope: 403 is for a token that is good.
        t.true([...expected, 403].includes((await callApi(gateway, access)).status), where)
      }
    }

    gateway.fail(what, suffix, errno)
    for (let time = 0; time <= random(3); time++) await askAll([200, 503])
    gateway.fail()
    await askAll([200])
  }
  t.true(refused > ROUNDS / 4, `${refused} were refused`)
  for (const access of given) t.not((await callApi(gateway, access)).status, 401)
  t.is(await gateway.stop(), 0)
})

for (const [what, suffix, said] of [
  ['write', 'audit.jsonl', /audit events are being lost/],
  ['write', 'gateway.log', undefined],
] as const) {
  for (const [name, errno] of ERRORS) {
    test(`${suffix}: what can not be written (${name}) keeps nobody from anything`, async (t) => {
      const house = await openHouse(t)
      if (!house) return
      const { gateway, log } = house
      gateway.fail(what, suffix, errno)
      const tokens = await link(gateway)
      for (let time = 0; time < 20; time++) t.is((await refresh(gateway, tokens.refresh)).status, 200)
      t.is((await callApi(gateway, tokens.access)).status, 200)
      gateway.fail()
      t.is((await refresh(gateway, tokens.refresh)).status, 200)
      t.is(await gateway.stop(), 0)
      if (said) t.regex(log(), said)
    })
  }
}
