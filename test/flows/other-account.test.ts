import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { testConfig } from '../support/gateway.ts'
import { code } from '../support/keyv-store.ts'
import { folderForAll, mayBecomeAnother, NOBODY, skillgateAs } from '../support/other-account.ts'
import { skillgate } from '../support/process.ts'

/** The folder of a service that runs as nobody, with a configuration, and a token in its place. */
function serviceFolder(t: ExecutionContext) {
  const folder = folderForAll(t)
  const config = join(folder, 'gateway.yaml')
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  writeFileSync(join(folder, 'data', 'music-assistant.token'), 'x'.repeat(40), { mode: 0o600 })
  writeFileSync(config, stringify(testConfig('http://127.0.0.1:1')))
  for (const path of [
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    folder,
  ]) {
    chownSync(path, NOBODY, NOBODY)
  }
  const asRoot = (words: string[], input = '') => skillgate([...words, '--config', config], { input })
  return { folder, config, asRoot, asService: (words: string[]) => skillgateAs(NOBODY, [...words, '--config', config]) }
}

function foreignFiles(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => statSync(join(folder, name)).uid !== NOBODY)
}

test('68. whatever root’s commands leave behind, the service can read', async (t) => {
  if (!mayBecomeAnother(t)) return
  const { folder, asRoot, asService } = serviceFolder(t)
  for (const words of [
    ['check'],
    ['user', 'add', 'ada'],
    ['client', 'secret', 'amazon-alexa', '--renew'],
    ['key', 'rotate'],
    ['backup', join(folder, 'backup')],
  ]) {
    const { code, stderr } = await asRoot(words, 'correct horse battery\n')
    t.is(code, 0, `${words.join(' ')}: ${stderr}`)
  }
  t.true(readdirSync(join(folder, 'data')).includes('audit.jsonl'))
  t.deepEqual(foreignFiles(folder), [])
  t.regex(await asService(['check']), /is good\. A start would serve.*users {2}ada/s)
  t.regex(await asService(['client', 'secret', 'amazon-alexa']), /^[\w-]{43}\n$/)
  const restored = await asRoot(['restore', join(folder, 'backup'), '--ended', 'stays'])
  t.is(restored.code, 0, restored.stderr)
  t.deepEqual(foreignFiles(folder), [])
  t.regex(await asService(['check']), /users {2}ada/)
})

test('68. the log that root makes beside a service’s database, and its index, are the service’s', async (t) => {
  if (!mayBecomeAnother(t)) return
  const { folder } = serviceFolder(t)
  const file = join(folder, 'data', 'skillgate.db')
  const store = await openKeyvStore(file, Date.now)
  await store.put('code', 'x', code)
  for (const end of ['', '-wal', '-shm']) t.is(statSync(file + end).uid, NOBODY, end)
  await store.close()
})

test('68. where a file of the service is root’s it says so, and how to mend it, and nothing of damage', async (t) => {
  if (!mayBecomeAnother(t)) return
  const { folder, asService } = serviceFolder(t)
  t.regex(await asService(['check']), /is good/)
  for (const [name, words] of [
    ['data', ['user', 'list']],
    ['data/skillgate.db', ['user', 'list']],
    ['data/skillgate.db-wal', ['user', 'list']],
    ['data/skillgate.db-shm', ['user', 'list']],
    ['data/skillgate.key', ['key', 'list']],
    ['data/alexa.secret', ['client', 'secret', 'amazon-alexa']],
    ['certs', ['check']],
    ['certs/local.key', ['check']],
  ] as const) {
    const path = join(folder, name)
    if (/-(wal|shm)$/.test(name)) writeFileSync(path, '')
    chmodSync(path, statSync(path).isDirectory() ? 0o700 : 0o600)
    chownSync(path, 0, 0)
    const said = await asService([...words])
    t.true(said.includes(`${path} belongs to root`), said)
    t.regex(said, /this runs as nobody \(uid 65534\)\. .*sudo chown nobody \S+/)
    t.notRegex(said, /damage|move it away|link Alexa again|\n {4}at /, name)
    chownSync(path, NOBODY, NOBODY)
  }
  t.regex(await asService(['check']), /is good/)
})

test('68. an audit file that is root’s keeps nobody from anything, and is told with the command', async (t) => {
  if (!mayBecomeAnother(t)) return
  const { folder, asService } = serviceFolder(t)
  const path = join(folder, 'data', 'audit.jsonl')
  await asService(['user', 'list'])
  writeFileSync(path, '', { mode: 0o600 })
  const said = await asService(['client', 'secret', 'amazon-alexa', '--renew'])
  t.regex(said, /Attention: .*audit\.jsonl belongs to root .*sudo chown nobody /)
  t.regex(said, /is good at once/)
  t.is(readFileSync(path, 'utf8'), '')
})

test('68. what is a folder and should be a file, or the other way round, is said so', async (t) => {
  if (!mayBecomeAnother(t)) return
  const { folder, asService } = serviceFolder(t)
  await asService(['user', 'list'])
  for (const [name, words] of [
    ['data/skillgate.key', ['key', 'list']],
    ['data/alexa.secret', ['client', 'secret', 'amazon-alexa']],
    ['data/skillgate.db', ['user', 'list']],
  ] as const) {
    const path = join(folder, name)
    rmSync(path, { force: true })
    mkdirSync(path)
    chownSync(path, NOBODY, NOBODY)
    const said = await asService([...words])
    t.regex(said, /\(EISDIR\): it is a folder, and should be a file/, name)
    t.notRegex(said, /damage|\n {4}at /, name)
    rmSync(path, { recursive: true })
  }
  rmSync(join(folder, 'data'), { recursive: true })
  writeFileSync(join(folder, 'data'), '')
  t.regex(await asService(['user', 'list']), /data can't be made \(EEXIST\): it is a file, and should be a folder/)
})
