import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { describeConfig } from '../../src/config/describe.ts'
import { keysNeedingRestart } from '../../src/config/keys-needing-restart.ts'
import type { Config } from '../../src/config/schema.ts'
import { schemaAsJson } from '../../src/config/schema-as-json.ts'
import { writeAndLoad } from '../support/config.ts'

const minimal = readFileSync(join(import.meta.dirname, 'good/minimal.yaml'), 'utf8')

/** Each file is in a folder of its own, so the data need a place that doesn't depend on it. */
function load(t: ExecutionContext, source: string, dataDir = '/var/lib/one'): Config {
  return writeAndLoad(t, `data_dir: ${dataDir}\n${source}`)
}

for (const [key, lines, dataDir] of [
  ['data_dir', '', '/var/lib/other'],
  ['log.format', 'log: { format: json }\n'],
  ['log.file', 'log: { file: /var/log/skillgate.log }\n'],
] as const) {
  test(`a change of ${key} needs a restart, whichever way`, (t) => {
    const [before, after] = [load(t, minimal), load(t, `${minimal}${lines}`, dataDir)]
    t.deepEqual(keysNeedingRestart(before, after), [key])
    t.deepEqual(keysNeedingRestart(after, before), [key])
    t.deepEqual(keysNeedingRestart(after, structuredClone(after)), [])
  })
}

test('every key that needs a restart is told, not only the first', (t) => {
  const after = load(t, `${minimal}log: { format: pretty, file: /tmp/a.log, level: warn }\n`, '/var/lib/other')
  t.deepEqual(keysNeedingRestart(load(t, minimal), after), ['data_dir', 'log.format', 'log.file'])
})

for (const [what, change] of [
  ['an address', (source: string) => source.replace('8443', '8444')],
  ['the certificate', (source: string) => source.replace('source: local', 'source: files, certificate: /a, key: /b')],
  ['an upstream', (source: string) => source.replace('8095', '8096')],
  ['a client', (source: string) => source.replace('name: App', 'name: Another app')],
  ['a route', (source: string) => source.replace('path: /api', 'path: /ws')],
  ['the least level of the log', (source: string) => `${source}log: { level: debug }\n`],
  ['the address of the metrics', (source: string) => `${source}metrics: { listen: 127.0.0.1:9090 }\n`],
] as const) {
  test(`a change of ${what} takes effect at a reload`, (t) => {
    t.not(change(minimal), minimal)
    t.deepEqual(keysNeedingRestart(load(t, minimal), load(t, change(minimal))), [])
  })
}

test('every key on the page says when its change takes effect, and few say restart', (t) => {
  const rows = describeConfig()
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  const columns = rows.map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  for (const cells of columns) t.regex(cells[4] ?? '', /^(reload|restart|see below)$/, cells.join('|'))
  const having = (effect: string) => columns.filter((cells) => cells[4] === effect).map((cells) => cells[1])
  t.deepEqual(having('restart'), ['`data_dir`', '`format`', '`file`'])
  t.deepEqual(having('see below'), ['`log`'])
})

test('no key within a list, a variant or a map by name is marked, for there nobody looks', (t) => {
  const marked = JSON.stringify(schemaAsJson()).match(/"effect":"restart"/g) ?? []
  t.is(marked.length, 3)
})
