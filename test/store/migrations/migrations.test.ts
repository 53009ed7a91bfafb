import { readFileSync } from 'node:fs'
import test from 'ava'
import { changedKinds, MIGRATIONS, migrateRow, SCHEMA_VERSION } from '../../../src/store/migrations/migrations.ts'

test('there is a migration to every version after the first one, in order, up to the one that is written', (t) => {
  const versions = MIGRATIONS.map(({ version }) => version)
  t.deepEqual(
    versions,
    versions.map((_, i) => i + 2),
  )
  t.is(versions.at(-1), SCHEMA_VERSION)
})

test('a row goes through all migrations since its version, and none before', (t) => {
  t.deepEqual(migrateRow(1, 'session', { half: true }), { state: 'pending' })
  const pending = { state: 'pending' }
  t.is(migrateRow(2, 'session', pending), pending)
  const grant = { revision: 1 }
  t.is(migrateRow(1, 'grant', grant), grant)
  t.deepEqual(changedKinds(1), ['session', 'device'])
  t.deepEqual(changedKinds(SCHEMA_VERSION), [])
})

test('what a row looks like hangs on nothing that could change by itself', (t) => {
  const read = (file: string) => readFileSync(new URL(`../../../src/store/${file}`, import.meta.url), 'utf8')
  const source = read('records.ts')
  t.regex(source, /interface Records/)
  const others = new Set([...source.matchAll(/\bfrom '([^']*)'/g)].map(([, from]) => from as string))
  for (const other of others) {
    t.regex(other, /^\.\/[a-z-]+-records?\.ts$/)
    t.notRegex(read(other), /\bimport\b|\bfrom '/, other)
  }
})
