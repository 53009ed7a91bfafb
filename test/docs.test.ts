import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const documents = ['README.md', 'CHANGELOG.md', 'certs/README.md', ...globSync('docs/**/*.md', { cwd: ROOT })]

/** From the inside out. */
const LAYERS = [
  'docs/principles',
  'docs/use-cases',
  'docs/reference/',
  'docs/interfaces',
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

test('the table of errors has the codes and statuses of the source, and no others', (t) => {
  const ofSource = new Map<string, string>()
  for (const file of ['src/gateway/gateway-error.ts', 'src/oauth/errors.ts']) {
    for (const [, code, status] of read(file).matchAll(/^ {2}(\w+): (\d{3}),$/gm))
      ofSource.set(code as string, status as string)
  }
  t.true(ofSource.size > 15)
  const rows = [...read('docs/reference/errors.md').matchAll(/^\| (`[^|]+) \| ([^|]+) \|/gm)]
  const ofDocs = new Map(
    rows.flatMap(([, codes = '', status]) =>
      [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => [code, status] as const),
    ),
  )
  for (const [code, status] of ofSource) {
    t.true(ofDocs.has(code), `${code} is not in the table`)
    if (ofDocs.get(code) !== 'redirect') t.true(ofDocs.get(code)?.includes(status), `${code} has the status ${status}`)
  }
  const elsewhere = ['malformed_request', 'unauthorized', 'invalid_token', 'insufficient_scope']
  for (const code of ofDocs.keys())
    t.true(ofSource.has(code as string) || elsewhere.includes(code as string), `${code} is not in the source`)
})

test('README.md is under 150 lines', (t) => {
  t.true(read('README.md').split('\n').length < 150)
})
