import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { audit as auditCommand } from '../../src/cli/audit.ts'
import { showLog } from '../../src/cli/log.ts'
import { openAudit } from '../../src/telemetry/audit.ts'
import { escapeDeceiving } from '../../src/telemetry/escape-deceiving.ts'
import { openLog } from '../../src/telemetry/open-log.ts'
import { openTerminal } from '../support/terminal.ts'
import { refusedRecord } from './request-records.ts'

/** Everything that is no letter to anybody: C0 and C1, direction, width, tags, ends of lines. */
const ALL_DECEIVING = Array.from({ length: 0x11_0000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character))

const RAW = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

test('56. nothing that deceives a reader stays in a line of JSON, which means the same to a program', (t) => {
  t.true(ALL_DECEIVING.length > 200)
  for (const character of ALL_DECEIVING) {
    const text = `a${character}b`
    const escaped = escapeDeceiving(JSON.stringify({ text }))
    t.notRegex(escaped, RAW, escaped)
    t.is(JSON.parse(escaped).text, text)
  }
  t.is(escapeDeceiving('"Müsik 音楽 🎵 \\ud800"'), '"Müsik 音楽 🎵 \\ud800"')
})

test('56. what strangers write gives no orders to whoever reads the log or the audit trail, in any form', async (t) => {
  const { world } = await openTerminal(t)
  const folder = dirname(world.configFile)
  const file = join(folder, 'skillgate.log')
  const onFailure = (error: Error) => t.fail(error.message)
  const audit = openAudit(join(folder, 'data', 'audit.jsonl'), { now: () => 0 }, onFailure)
  const terminal = { isTerminal: false, colour: false }
  for (const format of ['json', 'pretty'] as const) {
    const log = openLog({ level: 'info', format, file }, { now: () => 0 }, { terminal })
    for (let i = 0; i < ALL_DECEIVING.length; i += 20) {
      const text = ALL_DECEIVING.slice(i, i + 20).join('')
      const refusal = { code: 'unauthorized', detail: text }
      log.access.onEnd(
        refusedRecord({ path: text, host: text, userAgent: text, serverName: text, method: text, refusal }),
      )
      log.logger.warn({ detail: text }, text)
      audit({ event: 'sign_in_failed', address: text, user: text, client: text, detail: text })
    }
    t.true(await log.close(30_000))
  }
  const printed: string[] = []
  const print = (line: string) => printed.push(line)
  await showLog(file, { most: 1e6, follow: false, print, untilStopped: () => Promise.resolve() })
  await auditCommand({ ...world, print }, { last: '100000' })
  await auditCommand({ ...world, print }, { last: '100000', json: true })
  t.true(printed.length > 50)
  for (const line of [...printed, ...readFileSync(file, 'utf8').split('\n')]) t.notRegex(line, RAW)
  for (const line of readFileSync(join(folder, 'data', 'audit.jsonl'), 'utf8').split('\n')) t.notRegex(line, RAW)
})
