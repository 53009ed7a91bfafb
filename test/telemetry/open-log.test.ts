import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { LogSettings } from '../../src/telemetry/log-settings.ts'
import { openLog } from '../../src/telemetry/open-log.ts'
import type { Sink } from '../../src/telemetry/sinks/sink.ts'
import { temporaryFolder } from '../support/environment.ts'
import { refusedRecord, requestRecord } from './request-records.ts'

const NOON = Date.UTC(2026, 6, 28, 12)
/** Milliseconds: more than any of this takes. */
const PLENTY = 30_000
/** As whoever reads it has it. */
const NOON_HERE = new Date(NOON).toLocaleTimeString('sv-SE')

function open(
  t: ExecutionContext,
  settings: Partial<LogSettings> = {},
  terminal = { isTerminal: false, colour: false },
) {
  let text = ''
  const sink: Sink = {
    write(bytes, offset, done) {
      text += bytes.subarray(offset).toString()
      setImmediate(done, null, bytes.length)
    },
    reopen: () => {},
    close: () => {},
  }
  const log = openLog({ level: 'info', ...settings }, { now: () => NOON }, { terminal, sink })
  t.teardown(() => log.close(0))
  async function lines() {
    t.true(await log.flush(PLENTY))
    return text.split('\n').slice(0, -1)
  }
  return { log, lines }
}

test('messages and requests stand in one log, in the order in which they came, each a line of JSON', async (t) => {
  const { log, lines } = open(t)
  log.logger.info({ port: 443 }, 'listening')
  log.access.onLong(requestRecord({ ending: undefined }))
  log.access.onEnd(requestRecord())
  log.logger.error('over\u009b')
  const [listening, lasts, ended, over] = await lines()
  t.is(listening, '{"level":"info","time":"2026-07-28T12:00:00.000Z","port":443,"msg":"listening"}')
  t.like(JSON.parse(lasts!), { event: 'request lasts', path: '/api', time: '2026-07-28T12:00:00.000Z' })
  t.like(JSON.parse(ended!), { event: 'request ended', ended: 'answered' })
  t.true(over!.endsWith('"msg":"over\\u009b"}'))
})

test('56. what of strangers lasts is limited as what ends is', async (t) => {
  const { log, lines } = open(t)
  const nobody = { user: undefined, client: undefined, grant: undefined, ending: undefined }
  for (let i = 0; i < 600; i++) log.access.onLong(requestRecord(nobody))
  const all = await lines()
  t.is(all.length, 501)
  t.is(JSON.parse(all.at(-1)!).msg, '100 more requests that were answered were not logged')
})

test('nothing below the level is written, neither messages nor requests', async (t) => {
  const written: Record<string, number> = { debug: 5, info: 4, warn: 3, error: 2 }
  for (const [level, count] of Object.entries(written)) {
    const { log, lines } = open(t, { level: level as LogSettings['level'] })
    log.logger.debug('of interest to nobody')
    log.logger.error('of interest to all')
    log.access.onEnd(requestRecord())
    log.access.onEnd(requestRecord({ ending: 'upstream broke off' }))
    log.access.onEnd(requestRecord({ status: 502 }))
    t.is((await lines()).length, count, level)
  }
})

test('of a flood of refusals 200 lines are written, and one that says how many were not', async (t) => {
  const { log, lines } = open(t)
  for (let i = 0; i < 1434; i++) log.access.onEnd(refusedRecord())
  log.access.onEnd(requestRecord())
  const all = await lines()
  t.is(all.length, 202)
  t.is(JSON.parse(all.at(-1)!).msg, '1,234 more requests that were refused were not logged')
})

test('a terminal gets a short line a request in local time, in colours where it may', async (t) => {
  const { log, lines } = open(t, {}, { isTerminal: true, colour: false })
  log.access.onEnd(requestRecord())
  log.logger.warn({ port: 443 }, 'busy')
  const request = '192.0.2.7 POST /api 200 in 12 ms, 3.5 kB, ada by amazon-alexa, music-assistant'
  t.deepEqual(await lines(), [`${NOON_HERE}  ${request}`, `${NOON_HERE}  warn: busy  port=443`])

  const coloured = open(t, {}, { isTerminal: true, colour: true })
  coloured.log.access.onEnd(requestRecord())
  t.deepEqual(await coloured.lines(), [`\x1b[2m${NOON_HERE}\x1b[0m  \x1b[32m${request}\x1b[0m`])
})

test('the configuration says the form where it says one', async (t) => {
  const json = open(t, { format: 'json' }, { isTerminal: true, colour: true })
  json.log.logger.info('a')
  t.is(JSON.parse((await json.lines())[0]!).msg, 'a')
  const pretty = open(t, { format: 'pretty' })
  pretty.log.logger.info('a')
  t.deepEqual(await pretty.lines(), [`${new Date(NOON).toLocaleString('sv-SE')}  info: a`])
})

test('a file gets JSON, whatever standard error is', async (t) => {
  const file = join(temporaryFolder(t), 'skillgate.log')
  const log = openLog({ level: 'info', file }, { now: () => NOON }, { terminal: { isTerminal: true, colour: true } })
  log.access.onEnd(requestRecord())
  t.true(await log.close(PLENTY))
  t.is(JSON.parse(readFileSync(file, 'utf8')).event, 'request ended')
  t.is(log.lost(), 0)
})
