import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { Store } from '../../src/store/store.ts'
import { readAudit } from '../../src/telemetry/read-audit.ts'
import { temporaryFolder } from '../support/environment.ts'
import { ADA } from '../support/gateway.ts'
import { approve, exchange, link, linkPhone, postToken, refresh } from '../support/linking.ts'
import { skillgate, writeConfig } from '../support/process.ts'
import { readDiskRecord } from './disk-record.ts'
import { type ShimmedGateway, startOnShim } from './disk-shim.ts'
import { seededRandom } from './seeded-random.ts'
import { SimulatedDisk } from './simulated-disk.ts'

const CUTS = 500
const ROTATIONS = 150

/** What a client was told, and what the gateway had done by then. */
interface Acknowledged {
  recorded: number
  /** Holds from then on. */
  holds: (store: Store) => Promise<boolean>
  what: string
}

test('after any of 500 power cuts the database is whole, and has all that was acknowledged', async (t) => {
  t.timeout(600_000)
  const random = seededRandom(t)
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  await skillgate(['user', 'add', ADA.name, '--config', config], { input: `${ADA.password}\n` })
  const before = filesIn(join(dirname(config), 'data'))
  const gateway = await startOnShim(t, config)
  if (!gateway) return
  const acknowledged = await keepBusy(gateway)
  t.is(await gateway.stop(), 0)

  const steps = readDiskRecord(readFileSync(gateway.record))
  const cuts = Array.from({ length: CUTS }, () => random(steps.length + 1)).sort((a, b) => a - b)
  const disk = new SimulatedDisk(before)
  let done = 0
  let checked = 0
  for (const cut of cuts) {
    while (done < cut) disk.apply(steps[done++]!)
    const end = steps[done - 1]?.end ?? 0
    const known = acknowledged.filter(({ recorded }) => recorded <= end)
    checked += known.length
    await checkAfterCut(t, disk.cut(random), known, `the cut after step ${done} of ${steps.length}`)
  }
  t.log(`${steps.length} steps, ${acknowledged.length} answers, ${checked} of them looked for after a cut`)
  t.true(checked > CUTS * 10)
})

test('a first start that a power cut ends can be made again', async (t) => {
  t.timeout(600_000)
  const random = seededRandom(t)
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const gateway = await startOnShim(t, writeConfig(t, music))
  if (!gateway) return
  await gateway.stop('SIGKILL')

  const steps = readDiskRecord(readFileSync(gateway.record))
  const disk = new SimulatedDisk()
  t.true(steps.length > 10)
  for (const [i, step] of steps.entries()) {
    disk.apply(step)
    for (let time = 0; time < 3; time++) await checkAfterCut(t, disk.cut(random), [], `the cut after step ${i}`)
  }
})

/** Everything that clients do, one after the other. */
async function keepBusy(gateway: ShimmedGateway): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = []
  const note = (what: string, holds: Acknowledged['holds']) =>
    acknowledged.push({ what, holds, recorded: gateway.recorded() })
  const isThere = (token: string) => async (store: Store) =>
    (await store.get('refresh', hashSecret(token))) !== undefined

  const alexa = await link(gateway)
  note('Alexa is linked', isThere(alexa.refresh))
  let { refresh: token } = await linkPhone(gateway)
  note('the phone is linked', isThere(token))
  for (let i = 0; i < ROTATIONS; i++) {
    const former = token
    const form = { grant_type: 'refresh_token', client_id: 'phone', refresh_token: token }
    token = String((await postToken(gateway, form)).json.refresh_token)
    note(`rotation ${i}`, isThere(token))
    note(`what rotation ${i} replaced`, async (store) => {
      const row = await store.get('refresh', hashSecret(former))
      return row === undefined || row.supersededAt !== undefined
    })
    if (i % 10 === 0) {
      const { json } = await refresh(gateway, alexa.refresh)
      note(
        `refresh ${i}`,
        async (store) => (await store.get('access', hashSecret(String(json.access_token)))) !== undefined,
      )
    }
    if (i % 50 === 25) {
      const code = String((await approve(gateway)).get('code'))
      const { json } = await exchange(gateway, code)
      note(`link ${i}`, isThere(String(json.refresh_token)))
      note(`the code of link ${i}`, async (store) => (await store.get('redemption', hashSecret(code))) !== undefined)
    }
  }
  return acknowledged
}

function filesIn(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(names.map(({ name }) => [name, readFileSync(join(folder, name))]))
}

async function checkAfterCut(
  t: ExecutionContext,
  found: Map<string, Buffer>,
  known: Acknowledged[],
  where: string,
): Promise<void> {
  const folder = temporaryFolder(t)
  for (const [path, content] of found) {
    // Of the index of the log nothing is left that anybody could read.
    if (path.endsWith('-shm')) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  t.notThrows(() => readAudit(join(folder, 'audit.jsonl'), 1000), where)
  if (!found.has('skillgate.db')) {
    t.deepEqual(known, [], `${where}: there is no database`)
    return
  }
  const store = await openKeyvStore(join(folder, 'skillgate.db'), Date.now)
  for (const { what, holds } of known) t.true(await holds(store), `${where}: ${what}`)
  await store.close()
  rmSync(folder, { recursive: true })
}
