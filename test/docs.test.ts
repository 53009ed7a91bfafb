import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { EXAMINATIONS } from '../src/app/doctor/examinations.ts'
import { describeDoctor } from '../src/cli/describe-doctor.ts'
import { describeErrors } from '../src/cli/describe-errors.ts'
import { describeMetrics } from '../src/cli/describe-metrics.ts'
import { GATEWAY_ERRORS } from '../src/http/gateway-error.ts'
import { OAUTH_ERRORS } from '../src/oauth/oauth-error.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const documents = ['README.md', 'CHANGELOG.md', 'certs/README.md', ...globSync('docs/**/*.md', { cwd: ROOT })]

/** From the inside out. */
const LAYERS = [
  'docs/principles',
  'docs/use-cases',
  'docs/reference/',
  'docs/interfaces',
  'docs/clients/',
  'docs/implementation',
  'docs/operations',
]
const layerOf = (file: string) => LAYERS.findIndex((layer) => file.startsWith(layer))

function linksOf(file: string): string[] {
  const links = read(file).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)
  return [...links].map(([, link]) => normalize(join(dirname(file), link as string)))
}

test('every link leads somewhere', (t) => {
  for (const file of documents)
    for (const link of linksOf(file)) t.true(existsSync(join(ROOT, link)), `${file}: ${link}`)
})

test('an inner layer never refers to an outer one', (t) => {
  const layered = documents.filter((file) => layerOf(file) >= 0)
  t.deepEqual([...new Set(layered.map(layerOf))].sort(), [...LAYERS.keys()])
  for (const file of layered) {
    const named = [...read(file).matchAll(/docs\/[\w/-]+\.md/g)].map(([path]) => path)
    for (const link of [...linksOf(file), ...named]) t.true(layerOf(link) <= layerOf(file), `${file}: ${link}`)
  }
})

test('every decision is listed, and what the code says of decisions is there', (t) => {
  const listed = linksOf('docs/decisions/README.md')
  for (const file of globSync('docs/decisions/*.md', { cwd: ROOT })) {
    if (!file.endsWith('README.md')) t.true(listed.includes(file), file)
  }
  for (const file of globSync('src/**/*.ts', { cwd: ROOT })) {
    for (const [path] of read(file).matchAll(/docs\/[\w/-]+\.md/g))
      t.true(existsSync(join(ROOT, path)), `${file}: ${path}`)
  }
})

test('docs/reference/errors.md says what the catalogues of errors say', (t) => {
  const hint = 'write it anew: node src/cli/describe-errors.ts > docs/reference/errors.md'
  t.true(read('docs/reference/errors.md') === describeErrors(), hint)
})

test('docs/reference/metrics.md says what the catalogue of metrics says', (t) => {
  const hint = 'write it anew: node src/cli/describe-metrics.ts > docs/reference/metrics.md'
  t.true(read('docs/reference/metrics.md') === describeMetrics(), hint)
})

test('docs/reference/doctor.md says what the doctor looks at', (t) => {
  const hint = 'write it anew: node src/cli/describe-doctor.ts > docs/reference/doctor.md'
  t.true(read('docs/reference/doctor.md') === describeDoctor(), hint)
  for (const { id } of EXAMINATIONS)
    t.regex(describeDoctor(), new RegExp(`^\\| \`${id}\` \\| [A-Z].* \\| .+\\. \\| (yes)? \\|$`, 'm'))
  t.notRegex(describeDoctor(), /undefined/)
  t.is(new Set(EXAMINATIONS.map(({ id }) => id)).size, EXAMINATIONS.length)
})

test('an error code has one row, with a status that refuses and a sentence', (t) => {
  const rows = [...describeErrors().matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(' | '))
  t.true(rows.length > 30)
  t.is(new Set(rows.map(([code]) => code)).size, rows.length)
  for (const row of rows) {
    t.is(row.length, 3, row.join())
    const [code = '', status = '', sentence = ''] = row
    t.regex(code, /^`[a-z_]+`$/)
    t.regex(status, /^([45]\d\d|redirect)$/, code)
    t.regex(sentence, /^[A-Z`].+[.?]$/, code)
  }
})

test('there is no error code that nobody is ever given', (t) => {
  const catalogues = ['src/oauth/oauth-error.ts', 'src/http/gateway-error.ts']
  const users = globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !catalogues.includes(file))
  const source = users.filter((file) => !file.includes('/words/')).map(read)
  for (const code of [...Object.keys(OAUTH_ERRORS), ...Object.keys(GATEWAY_ERRORS)]) {
    t.true(
      source.some((text) => new RegExp(`['.]${code}\\b`).test(text)),
      code,
    )
  }
})

test('README.md is under 150 lines', (t) => {
  t.true(read('README.md').split('\n').length < 150)
})
