import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { audit } from '../../src/cli/audit.ts'
import type { World } from '../../src/cli/world.ts'
import { type AuditEvent, openAudit } from '../../src/telemetry/audit.ts'
import { temporaryFolder, testEnvironment } from '../support/environment.ts'
import { testConfig } from '../support/gateway.ts'

const NOON = Date.UTC(2026, 6, 28, 12)
/** As the person at the terminal has it. */
const NOON_HERE = new Date(NOON).toLocaleString('sv-SE')

function world(t: ExecutionContext) {
  const folder = temporaryFolder(t)
  const file = join(folder, 'data', 'audit.jsonl')
  const configFile = join(folder, 'gateway.yaml')
  writeFileSync(configFile, stringify(testConfig('http://127.0.0.1:1')))
  const printed: string[] = []
  const world: World = {
    ...testEnvironment(),
    configFile,
    variables: {},
    print: (line) => printed.push(line),
    askPassword: () => Promise.reject(new Error('nobody is asked')),
    untilStopped: () => Promise.resolve(),
    onHangup: () => {},
  }
  const fill = (...events: AuditEvent[]) => {
    mkdirSync(join(folder, 'data'), { recursive: true })
    const add = openAudit(file, { now: () => NOON }, (error) => t.fail(error.message))
    for (const event of events) add(event)
  }
  const run = async (options: Parameters<typeof audit>[1] = {}) => {
    printed.length = 0
    t.is(await audit(world, options), 0)
    return [...printed]
  }
  return { file, fill, run }
}

const started = (detail: string): AuditEvent => ({ event: 'started', detail })

test('events are told in words, in columns that stand one below the other, in local time', async (t) => {
  const { fill, run } = world(t)
  fill(
    { event: 'started', detail: '0.1.0' },
    { event: 'sign_in_failed', address: '192.0.2.7', user: 'ada' },
    { event: 'consented', address: '2001:db8::1', user: 'ada', client: 'phone', grant: 'u.1', scopes: ['a', 'b'] },
  )
  const time = (text: string) => text.padEnd(NOON_HERE.length)
  t.deepEqual(await run(), [
    `${time('TIME')}  WHAT            USER  CLIENT  ADDRESS      MORE`,
    `${time(NOON_HERE)}  started         -     -       -            0.1.0`,
    `${time(NOON_HERE)}  sign-in failed  ada   -       192.0.2.7`,
    `${time(NOON_HERE)}  consented       ada   phone   2001:db8::1  a b; grant u.1`,
  ])
})

test('without a number the latest 50 are told', async (t) => {
  const { fill, run } = world(t)
  fill(...Array.from({ length: 51 }, (_, i) => started(`the ${i}th`)))
  const lines = await run()
  t.is(lines.length, 1 + 50)
  t.regex(lines[1]!, / the 1th$/)
  t.regex(lines.at(-1)!, / the 50th$/)
})

test('as many as asked for are told, also where there are fewer', async (t) => {
  const { fill, run } = world(t)
  fill(started('a'), started('b'), started('c'))
  t.is((await run({ last: '1' })).length, 2)
  t.is((await run({ last: '3' })).length, 4)
  t.is((await run({ last: '999999999' })).length, 4)
})

test('what is no number of events is refused', async (t) => {
  const { run } = world(t)
  for (const last of ['0', '-1', '', '1.5', 'all', ' 1', '1e3', '1000000000'])
    await t.throwsAsync(
      run({ last }),
      { name: 'CommandError', message: '--last takes a whole number, at least 1.' },
      last,
    )
})

test('a program gets the lines as they are in the file, without what is torn', async (t) => {
  const { file, fill, run } = world(t)
  fill(started('a'), started('b'))
  writeFileSync(file, '{"time":"20', { flag: 'a' })
  const line = (detail: string) => `{"time":"2026-07-28T12:00:00.000Z","event":"started","detail":"${detail}"}`
  t.deepEqual(await run({ json: true }), [line('a'), line('b')])
  t.deepEqual(await run({ json: true, last: '1' }), [line('b')])
})

test('where nothing has happened yet, people are told so and programs get nothing', async (t) => {
  const { file, fill, run } = world(t)
  const kind = `Nothing has happened yet: there are no events in ${file}.`
  t.deepEqual(await run(), [kind])
  t.deepEqual(await run({ json: true }), [])
  fill()
  t.deepEqual(await run(), [kind])
})

test('a file that cannot be read is said in one sentence', async (t) => {
  const { file, fill, run } = world(t)
  fill()
  mkdirSync(file)
  const message = `${file} can't be read (EISDIR): it is a folder, and should be a file. Move it away:  mv ${file} ${file}.folder`
  await t.throwsAsync(run(), { message })
  rmdirSync(file)
})

test('no name moves the cursor, and none pushes the columns apart', async (t) => {
  const { fill, run } = world(t)
  fill(
    { event: 'sign_in_failed', user: '\x1b[2J\r\n\u202eeve\u0085\u2028', address: '192.0.2.7' },
    { event: 'sign_in_failed', user: 'x.'.repeat(50), address: '192.0.2.7' },
    { event: 'sign_in_failed', user: 'y'.repeat(60), address: '192.0.2.7' },
  )
  const [headings, hostile, long, widest] = await run()
  t.true(hostile!.includes('  �[2J���eve��  '))
  t.notRegex(hostile!, /[\p{C}\p{Zl}\p{Zp}]/u)
  t.true(long!.endsWith(`${'x.'.repeat(50)}  -       192.0.2.7`))
  const columns = [NOON_HERE, 'sign-in failed', 'y'.repeat(60), 'CLIENT', '']
  for (const line of [hostile, widest]) t.is(line!.indexOf('192.0.2.7'), columns.join('  ').length)
  t.is(headings!.indexOf('ADDRESS'), columns.join('  ').length)
})

test('an event of a newer version, or at a strange time, is told as it is', async (t) => {
  const { file, fill, run } = world(t)
  fill()
  writeFileSync(file, '{"time":"long ago","event":"constructor"}\n')
  t.regex((await run())[1]!, /^long ago {2}constructor /)
})
