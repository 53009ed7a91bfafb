import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openAudit } from '../../src/telemetry/audit.ts'
import { readAudit } from '../../src/telemetry/read-audit.ts'
import { setAuditFileAside } from '../../src/telemetry/set-audit-file-aside.ts'
import { temporaryFolder } from '../support/environment.ts'

const FULL = 5_000_000
const LINE = '{"time":"2026-07-28T12:00:00.000Z","event":"stopped"}\n'

function prepare(t: ExecutionContext) {
  const file = join(temporaryFolder(t), 'audit.jsonl')
  const failures: Error[] = []
  const audit = openAudit(file, { now: () => Date.UTC(2026, 6, 28, 12) }, (error) => failures.push(error))
  /** Without those in which the important ones are kept apart. */
  const names = () =>
    readdirSync(dirname(file))
      .filter((name) => !name.startsWith('audit-important.'))
      .sort()
  return { file, audit, failures, names }
}

/** So many bytes of whole lines. */
function filled(bytes: number): string {
  const first = JSON.stringify({ time: '', event: 'started', detail: '' })
  const rest = (bytes - first.length - 1) % LINE.length
  const padded = JSON.stringify({ time: '', event: 'started', detail: 'x'.repeat(rest) })
  return `${padded}\n${LINE.repeat((bytes - padded.length - 1) / LINE.length)}`
}

test('a file is set aside when it reaches its limit, and not a byte before', (t) => {
  for (const missing of [1, 0]) {
    const { file, audit, names } = prepare(t)
    writeFileSync(file, filled(FULL - LINE.length - missing))
    audit({ event: 'stopped' })
    t.deepEqual(names(), [missing ? 'audit.jsonl' : 'audit.1.jsonl'])
    audit({ event: 'started' })
    t.deepEqual(names(), missing === 0 ? ['audit.1.jsonl', 'audit.jsonl'] : ['audit.1.jsonl'])
  }
})

test('a file set aside is closed to others, and the new one too', (t) => {
  const { file, audit, names } = prepare(t)
  writeFileSync(file, filled(FULL), { mode: 0o600 })
  audit({ event: 'stopped' })
  audit({ event: 'started' })
  for (const name of names()) t.is(statSync(join(dirname(file), name)).mode & 0o777, 0o600)
})

test('of years of events the two latest full files are kept', (t) => {
  const { file, audit, names, failures } = prepare(t)
  for (let i = 0; i < 12; i++) {
    writeFileSync(file, filled(FULL - LINE.length))
    audit({ event: 'stopped' })
  }
  audit({ event: 'started' })
  t.deepEqual(names(), ['audit.11.jsonl', 'audit.12.jsonl', 'audit.jsonl'])
  t.deepEqual(failures, [])
})

test('files of other names are neither counted nor deleted', (t) => {
  const { file, audit, names } = prepare(t)
  const others = [
    'audit.0.jsonl',
    'audit.07.jsonl',
    'audit.x.jsonl',
    'audit.9.jsonl.gz',
    'my-audit.8.jsonl',
    'audit-9.jsonl',
  ]
  for (const name of others) writeFileSync(join(dirname(file), name), filled(FULL))
  for (let i = 0; i < 4; i++) {
    writeFileSync(file, filled(FULL))
    audit({ event: 'stopped' })
  }
  t.deepEqual(names(), [...others, 'audit.3.jsonl', 'audit.4.jsonl'].sort())
})

test('whoever finds that another process was faster leaves the new file alone', (t) => {
  const { file, names } = prepare(t)
  writeFileSync(file, filled(FULL))
  const { ino } = statSync(file)
  setAuditFileAside(file, ino, 2 * FULL)
  setAuditFileAside(file, ino, 2 * FULL)
  t.deepEqual(names(), ['audit.1.jsonl'])
  writeFileSync(file, LINE)
  setAuditFileAside(file, ino, 2 * FULL)
  t.deepEqual(names(), ['audit.1.jsonl', 'audit.jsonl'])
})

test('what a process left behind that ended halfway is passed over', (t) => {
  const { file, audit, names } = prepare(t)
  writeFileSync(join(dirname(file), 'audit.1.jsonl'), '')
  writeFileSync(file, filled(FULL))
  audit({ event: 'stopped' })
  t.deepEqual(names(), ['audit.1.jsonl', 'audit.2.jsonl'])
})

/** Runs the same script in several processes at once. Each has the file and its own number as arguments. */
async function inParallel(t: ExecutionContext, processes: number, script: string, file: string): Promise<void> {
  const source = `${script}
    process.stdin.once('data', () => {
      run(...process.argv.slice(1))
      process.exit()
    })
    console.log('ready')`
  const children = Array.from({ length: processes }, (_, i) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', source, file, String(i)])
    t.teardown(() => child.kill('SIGKILL'))
    child.stderr.pipe(process.stderr)
    return child
  })
  const ended = children.map((child) => once(child, 'close'))
  await Promise.all(children.map((child) => Promise.race([once(child.stdout, 'data'), once(child, 'close')])))
  for (const child of children) child.stdin.write('go')
  for (const [code] of await Promise.all(ended)) t.is(code, 0)
}

const sourceOf = (name: string) => JSON.stringify(new URL(`../../src/telemetry/${name}.ts`, import.meta.url).href)

function allLines(file: string): string[] {
  const names = readdirSync(dirname(file)).filter((name) => !name.startsWith('audit-important.'))
  return names.flatMap((name) => readFileSync(join(dirname(file), name), 'utf8').split('\n')).filter(Boolean)
}

test('several processes that write at once lose nothing and tear nothing, while files are set aside', async (t) => {
  const { file, names } = prepare(t)
  const [processes, events] = [4, 5000]
  const script = `
    import { openAudit } from ${sourceOf('audit')}
    function run(file, user) {
      const audit = openAudit(file, { now: () => 0 }, (error) => { throw error })
      for (let i = 0; i < ${events}; i++)
        audit({ event: 'tokens_issued', user, client: String(i), detail: 'x '.repeat(250) })
    }`
  await inParallel(t, processes, script, file)
  t.true(names().length >= 3, 'files were set aside')
  const lines = allLines(file)
  t.is(lines.length, processes * events)
  t.is(new Set(lines.map((line) => JSON.parse(line)).map(({ user, client }) => `${user} ${client}`)).size, lines.length)
  t.is(readAudit(file, 1e9).length, processes * events)
})

test('several processes that set files aside in the same moment lose none of them', async (t) => {
  const { file, names } = prepare(t)
  const [processes, events] = [4, 2000]
  const script = `
    import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
    import { setAuditFileAside } from ${sourceOf('set-audit-file-aside')}
    function run(file, user) {
      for (let i = 0; i < ${events}; i++) {
        const handle = openSync(file, 'a')
        writeSync(handle, user + ' ' + i + '\\n')
        const { ino, size } = fstatSync(handle)
        closeSync(handle)
        if (size > 100) setAuditFileAside(file, ino, Infinity)
      }
    }`
  await inParallel(t, processes, script, file)
  t.true(names().length > 100, 'files were set aside')
  t.is(new Set(allLines(file)).size, processes * events)
})
