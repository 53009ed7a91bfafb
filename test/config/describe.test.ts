import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { describeConfig } from '../../src/config/describe.ts'

test('docs/reference/configuration.md says what the schema says', (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/configuration.md'), 'utf8')
  const hint = 'write it anew: node src/config/describe.ts > docs/reference/configuration.md'
  t.true(page === describeConfig(), hint)
})

test('every key on the page has a meaning', (t) => {
  const rows = describeConfig().match(/^\| `.*$/gm) ?? []
  t.true(rows.length > 30)
  for (const row of rows) t.regex(row, /[.] \|$/, row)
})
