import { execFile } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { type Audit, openAudit } from '../../src/telemetry/audit.ts'
import { temporaryFolder } from '../support/environment.ts'

const NOON = Date.UTC(2026, 6, 28, 12)

interface Opened {
  file: string
  audit: Audit
  failures: Error[]
  lines: () => string[]
}

function open(t: ExecutionContext, file = join(temporaryFolder(t), 'audit.jsonl')): Opened {
  const failures: Error[] = []
  const audit = openAudit(file, { now: () => NOON }, (error) => failures.push(error))
  return { file, audit, failures, lines: () => readFileSync(file, 'utf8').split('\n').slice(0, -1) }
}

test('an event is one line, with its time, and the address before all that a client can write', (t) => {
  const { audit, lines, file } = open(t)
  audit({
    detail: 'd',
    scopes: ['a', 'b'],
    grant: 'g',
    client: 'c',
    user: 'u',
    address: '192.0.2.7',
    event: 'consented',
  })
  audit({ event: 'started' })
  t.deepEqual(lines(), [
    '{"time":"2026-07-28T12:00:00.000Z","event":"consented","address":"192.0.2.7","user":"u","client":"c","grant":"g","scopes":["a","b"],"detail":"d"}',
    '{"time":"2026-07-28T12:00:00.000Z","event":"started"}',
  ])
  t.is(statSync(file).mode & 0o777, 0o600)
})

test('no name can end a line, pretend to be another field, or give orders to a terminal', (t) => {
  const { audit, lines } = open(t)
  const names = [
    'a\nb',
    'a\r\n{"event":"signed_in"}',
    'x","address":"203.0.113.9',
    '\u2028\u2029\u0085',
    '\x1b[2J\x9b2J\x7f',
    '\u202e\u2066',
    '\ud800',
    '\0',
  ]
  for (const name of names) audit({ event: 'sign_in_failed', address: '192.0.2.7', user: name })
  t.is(lines().length, names.length)
  for (const [i, line] of lines().entries()) {
    t.regex(line, /^[\x20-\x7e]+$/)
    t.true(
      line.startsWith('{"time":"2026-07-28T12:00:00.000Z","event":"sign_in_failed","address":"192.0.2.7","user":"'),
    )
    t.is(JSON.parse(line).user, names[i]!)
  }
})

test('what is longer than anything real is cut, and what is as long is not', (t) => {
  const { audit, lines } = open(t)
  const long = (length: number) => 'é'.repeat(length)
  const cut = (length: number) => `${'é'.repeat(length - 1)}…`
  for (const more of [0, 1]) {
    const name = long(100 + more)
    audit({
      event: 'client_refused',
      address: long(64 + more),
      user: name,
      client: long(1000 + more),
      grant: name,
      scopes: Array(20 + more).fill(name),
      detail: long(500 + more),
    })
  }
  const [whole, shortened] = lines().map((line) => JSON.parse(line))
  const expected = (text: typeof long) => ({
    time: '2026-07-28T12:00:00.000Z',
    event: 'client_refused',
    address: text(64),
    user: text(100),
    client: text(1000),
    grant: text(100),
    scopes: Array(20).fill(text(100)),
    detail: text(500),
  })
  t.deepEqual(whole, expected(long))
  t.deepEqual(shortened, expected(cut))
})

test('a file that was deleted, or moved away, begins anew', (t) => {
  const { audit, lines, file, failures } = open(t)
  audit({ event: 'started' })
  unlinkSync(file)
  audit({ event: 'stopped' })
  t.is(lines().length, 1)
  t.is(JSON.parse(lines()[0]!).event, 'stopped')
  t.deepEqual(failures, [])
})

test('an event after a torn line has a line of its own', (t) => {
  const { audit, lines, file } = open(t)
  audit({ event: 'started' })
  appendFileSync(file, '{"time":"2026-')
  audit({ event: 'stopped' })
  audit({ event: 'started' })
  t.deepEqual(
    lines().map((line) => /"event":"(\w+)"/.exec(line)?.[1]),
    ['started', undefined, 'stopped', 'started'],
  )
})

test('a file that cannot be written is told once, and once more after it could be', (t) => {
  const { audit, file, failures, lines } = open(t)
  for (const times of [1, 2]) {
    mkdirSync(file)
    for (let i = 0; i < 3; i++) t.notThrows(() => audit({ event: 'started' }))
    t.is(failures.length, times)
    rmdirSync(file)
    audit({ event: 'stopped' })
    t.is(failures.length, times)
    t.is(lines().length, 1)
    unlinkSync(file)
  }
  t.deepEqual(
    failures.map((error) => (error as NodeJS.ErrnoException).code),
    ['EISDIR', 'EISDIR'],
  )
})

test('a full disk is told once, and stops nobody', (t) => {
  if (process.platform !== 'linux') return t.pass()
  const file = join(temporaryFolder(t), 'audit.jsonl')
  symlinkSync('/dev/full', file)
  const { audit, failures } = open(t, file)
  for (let i = 0; i < 3; i++) t.notThrows(() => audit({ event: 'started' }))
  t.deepEqual(
    failures.map((error) => (error as NodeJS.ErrnoException).code),
    ['ENOSPC'],
  )
})

test('a line for which there was no room whole is told, and the next one is not spoiled by it', async (t) => {
  if (process.platform === 'win32') return t.pass()
  const { file, audit, lines } = open(t)
  const source = JSON.stringify(new URL('../../src/telemetry/audit.ts', import.meta.url).href)
  const script = `
    import { openAudit } from ${source}
    let failure
    const audit = openAudit(process.argv[1], { now: () => 0 }, (error) => { failure = error.message })
    while (!failure) audit({ event: 'started', detail: 'x '.repeat(150) })
    console.log(failure)`
  // The shell's limit on the size of files is as a disk that becomes full within a line.
  const words = ['-c', 'ulimit -f 1; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', script, file]
  const { stdout } = await promisify(execFile)('sh', words)
  t.regex(stdout, /: only \d+ of \d+ bytes could be written\n$/)
  audit({ event: 'stopped' })
  t.throws(() => JSON.parse(lines().at(-2)!))
  t.is(JSON.parse(lines().at(-1)!).event, 'stopped')
})

test('a file that cannot be set aside goes on growing, and that is told once', (t) => {
  // With a number in it the name would be longer than a name can be.
  const file = join(temporaryFolder(t), `${'a'.repeat(249)}.jsonl`)
  const { audit, failures, lines } = open(t, file)
  writeFileSync(file, `${'x'.repeat(5_000_000)}\n`)
  for (let i = 0; i < 3; i++) audit({ event: 'started' })
  t.is(lines().length, 4)
  t.deepEqual(
    failures.map((error) => (error as NodeJS.ErrnoException).code),
    ['ENAMETOOLONG'],
  )
})
