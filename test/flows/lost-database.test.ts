import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { exactRequest } from '../support/exact-request.ts'
import { ADA, startTestHouse } from '../support/gateway.ts'
import { callApi, link, refresh } from '../support/linking.ts'
import { skillgate, startProcess, writeConfig } from '../support/process.ts'

const GONE = /^The database \S+skillgate\.db is gone, and there was one: .*npx skillgate start --new-database\n$/

/** A folder with a configuration, in which somebody may sign in, and the commands there. */
async function openFolder(t: ExecutionContext) {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  const data = join(config, '..', 'data')
  const run = (words: string[], input = '') => skillgate([...words, '--config', config], { input })
  const added = await run(['user', 'add', ADA.name], `${ADA.password}\n`)
  t.is(added.code, 0, added.stderr)
  return { config, data, database: join(data, 'skillgate.db'), run }
}

test('66. a database that is gone at a start, or at a command, is never an empty one, but on purpose', async (t) => {
  const { config, data, database, run } = await openFolder(t)
  const gateway = await startProcess(t, config)
  const tokens = await link(gateway)
  t.is(await gateway.stop(), 0)
  renameSync(database, `${database}.away`)
  const before = readdirSync(data)
  for (const words of [
    ['start'],
    ['check'],
    ['user', 'list'],
    ['user', 'add', 'bob'],
    ['grant', 'list'],
    ['key', 'rotate'],
  ]) {
    const { code, stderr } = await run(words, `${ADA.password}\n`)
    t.is(code, 1, words.join(' '))
    t.regex(stderr, GONE, words.join(' '))
  }
  t.deepEqual(readdirSync(data), before)

  renameSync(`${database}.away`, database)
  const again = await startProcess(t, config)
  t.is((await refresh(again, tokens.refresh)).status, 200, 'put back, all is as it was')
  t.is(await again.stop(), 0)

  rmSync(database)
  const anew = await startProcess(t, config, { words: ['--new-database'] })
  t.is((await refresh(anew, tokens.refresh)).status, 400)
  t.is(await anew.stop(), 0)
  t.regex((await run(['audit'])).stdout, /new database begun/)
  t.is((await run(['user', 'list'])).code, 0)
})

test('66. where the disk with the data folder is not mounted, nothing begins in the empty folder', async (t) => {
  const { data, run } = await openFolder(t)
  t.is((await run(['check'])).code, 0)
  renameSync(data, `${data}.elsewhere`)
  for (const words of [['start'], ['user', 'list']]) {
    const { code, stderr } = await run(words)
    t.is(code, 1)
    t.regex(stderr, /skillgate\.db is gone, and there was one: \S+local-ca\.pem is still there/)
  }
  rmSync(data, { recursive: true })
  renameSync(`${data}.elsewhere`, data)
  t.regex((await run(['user', 'list'])).stdout, /^ada\t/)
})

test('66. --new-database left in the unit of a service begins nothing anew', async (t) => {
  const { config, run } = await openFolder(t)
  const gateway = await startProcess(t, config, { words: ['--new-database'] })
  t.regex(gateway.output.stdout, /--new-database changes nothing: \S+skillgate\.db is there/)
  t.is(await gateway.stop(), 0)
  t.regex((await run(['user', 'list'])).stdout, /^ada\t/)
  const other = await run(['user', 'list', '--new-database'])
  t.is(other.code, 1)
  t.regex(other.stderr, /takes no --new-database/)
})

test('66. a first start that was cut short anywhere is no lost database', async (t) => {
  const { config, data, database, run } = await openFolder(t)
  // As after a command before the first start: nothing else is there than the database, and what it was drafted as.
  for (const name of readdirSync(data)) if (/^(audit|skillgate\.key)/.test(name)) rmSync(join(data, name))
  writeFileSync(`${database}.1234`, '')
  t.deepEqual(
    readdirSync(data).filter((name) => /key|audit/.test(name)),
    [],
  )
  t.is((await run(['check'])).code, 0)
  rmSync(join(data, 'audit.jsonl'), { force: true })
  const gateway = await startProcess(t, config)
  t.is(await gateway.stop(), 0)
  t.true(existsSync(join(data, 'skillgate.key')))
})

test('66, 71. a key that is gone at a start is never a new one, but on purpose', async (t) => {
  const { config, data, run } = await openFolder(t)
  const gateway = await startProcess(t, config)
  const tokens = await link(gateway)
  t.is(await gateway.stop(), 0)
  rmSync(join(data, 'skillgate.key'))
  for (const words of [['start'], ['check'], ['key', 'rotate']]) {
    const { code, stderr } = await run(words)
    t.is(code, 1)
    t.regex(stderr, /^\S+skillgate\.key lacks a key that this database was used with.*npx? ?skillgate key new/)
    t.false(existsSync(join(data, 'skillgate.key')))
  }
  t.regex((await run(['key', 'new'])).stdout, /Nothing was sealed with it/)
  const again = await startProcess(t, config)
  t.is((await refresh(again, tokens.refresh)).status, 200)
  t.is(await again.stop(), 0)
})

test('66. when the database is deleted while the gateway runs, it answers 503 and says so, and what was in it is saved', async (t) => {
  const house = await startTestHouse(t)
  const tokens = await link(house)
  t.is((await callApi(house, tokens.access)).status, 200)
  const database = join(house.folder, 'data', 'skillgate.db')
  rmSync(database)
  const { status, json } = await refresh(house, tokens.refresh)
  t.deepEqual([status, json.error], [503, 'store_unavailable'])
  t.is((await callApi(house, tokens.access)).status, 503)
  t.is((await exactRequest(house, { path: '/health' })).status, 503)
  t.regex(await house.logged('was deleted or moved away while it was in use'), /store_unavailable|skillgate\.db/)
  await house.gateway.close()
  const saved = `${database}.rescued`
  t.true(existsSync(saved))
})

test('71. a rotation reaches a gateway that runs, and ends no link and no session', async (t) => {
  const { config, data, run } = await openFolder(t)
  const gateway = await startProcess(t, config)
  const tokens = await link(gateway)
  const { code, stdout, stderr } = await run(['key', 'rotate'])
  t.is(code, 0, stderr)
  t.regex(stdout, /The gateway that runs uses it\.\n$/)
  t.is((await refresh(gateway, tokens.refresh)).status, 200)
  t.is(await gateway.stop(), 0)
  t.true(existsSync(join(data, 'skillgate.key')))
})
