import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import { temporaryFolder } from '../support/environment.ts'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { approve, callApi, exchange, link, refresh } from '../support/linking.ts'
import { mountSmallDisk, writes } from './small-disk.ts'

// The connections that this process opens, for how large a database may get can only be set on its own connection.
const opened: DatabaseSync[] = []
const exec = DatabaseSync.prototype.exec
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
  if (sql.includes('journal_mode')) opened.push(this)
  return exec.call(this, sql)
}

const REFUSED = [503, 'store_unavailable']

/** The same for every kind of full disk. */
async function survives(t: ExecutionContext, house: TestHouse, fill: () => void, makeRoom: () => void) {
  const tokens = await link(house)
  const code = (await approve(house)).get('code')
  fill()
  // What room the files have within themselves is used up first; every token that is given out until then is good.
  const given = [tokens.access]
  for (let i = 0; ; i++) {
    const { status, json } = await refresh(house, tokens.refresh)
    if (status !== 200) {
      t.deepEqual([status, json.error], REFUSED)
      break
    }
    given.push(String(json.access_token))
    if (i === 5000) return t.fail('the disk does not get full')
  }
  for (let time = 0; time < 3; time++) {
    const answers = [await exchange(house, code), await exchange(house, code), await refresh(house, tokens.refresh)]
    for (const { status, json } of answers) t.deepEqual([status, json.error], REFUSED)
  }
  for (const token of [given[0], given[given.length >> 1], given.at(-1)]) {
    t.is((await callApi(house, token)).status, 200, 'what there is goes on working')
  }
  makeRoom()
  const refreshed = await refresh(house, tokens.refresh)
  t.is(refreshed.status, 200)
  const exchanged = await exchange(house, code)
  t.is(exchanged.status, 200)
  for (const token of [...given, refreshed.json.access_token, exchanged.json.access_token]) {
    t.is((await callApi(house, String(token))).status, 200)
  }
}

test.serial('a database that must not grow any more is answered 503, and works again when there is room', async (t) => {
  opened.length = 0
  const house = await startTestHouse(t)
  const database = opened.at(-1)!
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
  await survives(
    t,
    house,
    () => database.exec(`PRAGMA max_page_count = ${pages}`),
    () => database.exec('PRAGMA max_page_count = 1000000'),
  )
})

test.serial('a full file system of 4 MB is answered 503, and works again when there is room', async (t) => {
  const disk = join(temporaryFolder(t), 'disk')
  mkdirSync(disk)
  if (!mountSmallDisk(t, disk)) return
  const house = await startTestHouse(t, (config) => Object.assign(config, { data_dir: disk }))
  const filler = join(disk, 'filler')
  const fill = () => {
    for (const size of [65_536, 4096]) while (writes(filler, size));
  }
  await survives(t, house, fill, () => rmSync(filler))
})
