import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { ADA } from '../support/gateway.ts'
import { callApi, link, refresh } from '../support/linking.ts'
import { skillgate, startProcess, writeConfig } from '../support/process.ts'

/** Where backups lie: they hold every secret, so not in a folder that is searched for those. */
function backupFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skillgate-backup-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A gateway in a process of its own, with a link. */
async function openHouse(t: ExecutionContext) {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  const type = (words: string[], input = '') => skillgate([...words, '--config', config], { input })
  await type(['user', 'add', ADA.name], `${ADA.password}\n`)
  const gateway = await startProcess(t, config)
  return { config, data: join(config, '..', 'data'), type, gateway, backup: join(backupFolder(t), 'a-backup') }
}

test('67. a backup that is made under load is restored on another machine, where what was linked is linked', async (t) => {
  const { gateway, type, backup } = await openHouse(t)
  const tokens = await link(gateway)
  const refreshing = Promise.all(Array.from({ length: 50 }, () => refresh(gateway, tokens.refresh)))
  const made = await type(['backup', backup])
  t.is(made.code, 0, made.stderr)
  t.regex(made.stdout, /gateway\.yaml, .*data\/skillgate\.key/)
  t.is(statSync(backup).mode & 0o777, 0o600)
  for (const { status } of await refreshing) t.is(status, 200)
  t.is(await gateway.stop(), 0)

  const elsewhere = join(mkdtempSync(join(tmpdir(), 'skillgate-')), 'gateway.yaml')
  t.teardown(() => rmSync(join(elsewhere, '..'), { recursive: true, force: true }))
  const restored = await skillgate(['restore', backup, '--config', elsewhere])
  t.is(restored.code, 0, restored.stderr)
  t.regex(restored.stdout, /Everybody has to sign in again; what was linked then is linked/)
  const database = new DatabaseSync(join(elsewhere, '..', 'data', 'skillgate.db'), { readOnly: true })
  const noted = database.prepare("SELECT COUNT(*) AS n FROM keyv WHERE key LIKE '%restore:last'").get()
  database.close()
  t.is(noted?.n, 1, 'that it was restored is noted: see why-refused.ts')
  const moved = await startProcess(t, elsewhere)
  t.is(moved.ca, gateway.ca)
  const refreshed = await refresh(moved, tokens.refresh)
  t.is(refreshed.status, 200)
  t.is((await callApi(moved, String(refreshed.json.access_token))).status, 200)
  t.is(await moved.stop(), 0)
  t.deepEqual(
    readdirSync(join(elsewhere, '..', 'data')).filter((name) => name.startsWith('restoring')),
    [],
  )
})

test('67. nothing is restored while a gateway runs', async (t) => {
  const { gateway, type, backup } = await openHouse(t)
  const tokens = await link(gateway)
  await type(['backup', backup])
  const refused = await type(['restore', backup])
  t.is(refused.code, 1)
  t.regex(refused.stderr, /Skillgate runs on .*: stop it first, then restore again. Nothing was changed/)
  t.is((await refresh(gateway, tokens.refresh)).status, 200)
})

/** What a database of this name has in its log before that is written into the file. */
function logOf(file: string): Buffer {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE keyv (key, value); INSERT INTO keyv VALUES (1, 2)')
  const log = readFileSync(`${file}-wal`)
  database.close()
  return log
}

test('67. the log that another database has left is set aside, and does not get into the restored one', async (t) => {
  const { gateway, type, backup, data } = await openHouse(t)
  const tokens = await link(gateway)
  await type(['backup', backup])
  // Only what is killed leaves its log behind, and it may have been cut short a moment ago.
  await gateway.stop('SIGKILL')
  const database = join(data, 'skillgate.db')
  writeFileSync(database, 'no database at all')
  const log = logOf(join(backup, '..', 'another.db'))
  writeFileSync(`${database}-wal`, log)

  const restored = await type(['restore', backup])
  t.is(restored.code, 0, restored.stderr)
  t.false(existsSync(`${database}-wal`))
  const [aside = ''] = readdirSync(data).filter((name) => name.startsWith('before-restore-'))
  t.regex(restored.stdout, new RegExp(`What was there before is in .*${aside}`))
  t.true(readFileSync(join(data, aside, 'skillgate.db-wal')).equals(log))
  const again = await startProcess(t, join(data, '..', 'gateway.yaml'))
  t.is((await refresh(again, tokens.refresh)).status, 200)
})

test('67. where a restore breaks off there is no database, which the next one puts there', async (t) => {
  const { gateway, type, backup, data } = await openHouse(t)
  const tokens = await link(gateway)
  await type(['backup', backup])
  await gateway.stop()
  // What can't be overwritten: a folder in the place of a file.
  const secret = join(data, 'other.secret')
  rmSync(secret)
  mkdirSync(secret)
  const broken = await type(['restore', backup])
  t.is(broken.code, 1)
  t.false(existsSync(join(data, 'skillgate.db')))

  rmSync(secret, { recursive: true })
  const restored = await type(['restore', backup])
  t.is(restored.code, 0, restored.stderr)
  const again = await startProcess(t, join(data, '..', 'gateway.yaml'))
  t.is((await refresh(again, tokens.refresh)).status, 200)
})

test('67. a configuration that was changed since stays, and the one of the backup stands beside it', async (t) => {
  const { gateway, type, backup, config } = await openHouse(t)
  await type(['backup', backup])
  await gateway.stop()
  const before = readFileSync(config, 'utf8')
  writeFileSync(config, `# changed\n${before}`)
  const restored = await type(['restore', backup])
  t.is(restored.code, 0, restored.stderr)
  t.is(readFileSync(config, 'utf8'), `# changed\n${before}`)
  t.is(readFileSync(`${config}.from-backup`, 'utf8'), before)
  t.regex(restored.stdout, /gateway\.yaml\.from-backup differs from the one that is there, which was kept/)
})

test('67. a backup with a passphrase tells nothing without it, and is restored with it', async (t) => {
  const { gateway, type, backup, data } = await openHouse(t)
  const tokens = await link(gateway)
  t.regex((await type(['backup', backup, '--passphrase'], 'too short\n')).stderr, /12 characters or more/)
  const made = await type(['backup', backup, '--passphrase'], 'three words or four\n')
  t.is(made.code, 0, made.stderr)
  t.is(statSync(backup).mode & 0o777, 0o600)
  const bytes = readFileSync(backup, 'latin1')
  const open = `${backup}-open`
  // Each of them is so long that random bytes don't happen to spell it.
  const secrets = [
    'SQLite format 3',
    'gateway.yaml',
    'amazon-alexa',
    readFileSync(join(data, 'skillgate.key'), 'utf8').trim(),
  ]
  await type(['backup', open])
  const legible = readFileSync(open, 'latin1')
  for (const told of secrets) {
    t.true(legible.includes(told), told)
    t.false(bytes.includes(told), told)
  }
  await gateway.stop()

  const wrong = await type(['restore', backup], 'three words or five\n')
  t.is(wrong.code, 1)
  t.regex(wrong.stderr, /the passphrase is another one, or the file is damaged. Nothing was changed/)
  const right = await type(['restore', backup], 'three words or four\n')
  t.is(right.code, 0, right.stderr)
  const again = await startProcess(t, join(data, '..', 'gateway.yaml'))
  t.is((await refresh(again, tokens.refresh)).status, 200)
})

test('67. a backup never takes the place of a file, and is not made of a damaged database', async (t) => {
  const { gateway, type, backup, data } = await openHouse(t)
  await type(['backup', backup])
  const before = readFileSync(backup)
  const twice = await type(['backup', backup])
  t.is(twice.code, 1)
  t.regex(twice.stderr, /is there already: give the backup another name/)
  t.true(readFileSync(backup).equals(before))

  await gateway.stop()
  const database = join(data, 'skillgate.db')
  const bytes = readFileSync(database)
  bytes.fill(0x5a, 4096, 8192)
  writeFileSync(database, bytes)
  const damaged = await type(['backup', `${backup}-2`])
  t.is(damaged.code, 1)
  t.regex(damaged.stderr, /was not made: .*damaged|malformed/)
  t.false(existsSync(`${backup}-2`))
  t.deepEqual(readdirSync(join(backup, '..')), ['a-backup'])
})
