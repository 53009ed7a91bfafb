import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const files = globSync('src/**/*.ts', { cwd: ROOT })
const source = files.map((file) => readFileSync(ROOT + file, 'utf8')).join('\n')

/** What stands in backticks within a text; blocks of code are drawings. `forward()` and `Map<K, V>` are their names. */
function namesIn(markdown: string): string[] {
  const prose = markdown.replaceAll(/^ *```.*?^ *```/gms, '')
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name.replace(/(\(.*\)|<.*>)$/, ''))
}

/**
 * Of a file or folder by the end of its path, or by all of it from the root, `src` or `test`. `to-version-N.ts` is any
 * that has a number there.
 */
function isThere(path: string): boolean {
  if (['', 'src/', 'test/'].some((folder) => existsSync(ROOT + folder + path))) return true
  const ending = new RegExp(`/${path.replaceAll('.', '\\.').replace('-N\\.', '-\\d+\\.')}$`)
  return files.some((file) => ending.test(file))
}

/** As a function, value, class, type, method or key: a call or an import alone doesn't make it. */
function isMade(name: string): boolean {
  const declared = String.raw`\b(?:function\*?|const|let|class|interface|type) ${name}\b`
  const member = String.raw`^ +(?:readonly |static |async |get )*#?${name}\b(?:\??:|(?:<.*>)?\(.*\)(?:: .+)? \{$)`
  return new RegExp(`${declared}|${member}`, 'm').test(source)
}

/** Whether a name means something of ours that is there. What has the form of no name of ours is left alone. */
function exists(name: string): boolean {
  if (/^[\w.@*-]+\/[\w./-]*$|^[\w-]+\.ts$/.test(name)) return isThere(name)
  if (/^[a-z]+[A-Z]\w*$|^[A-Z][a-z]+[A-Z]\w*$/.test(name)) return isMade(name)
  if (/^[a-z_]+$/.test(name)) return new RegExp(`\\b${name}\\b`).test(source) || isThere(name)
  return true
}

test('each name in docs/implementation.md is of something that is there', (t) => {
  const names = namesIn(readFileSync(`${ROOT}docs/implementation.md`, 'utf8'))
  t.true(names.length > 50)
  for (const name of names) t.true(exists(name), name)
})

test('a name that has gone is noticed, whatever it is of', (t) => {
  const gone = [
    'handleNothing',
    'NoSuchType',
    'nothing.ts',
    'gateway/nothing.ts',
    'to-nothing-N.ts',
    'nothing/',
    'notawordanywhere',
  ]
  for (const name of namesIn(`\`${gone.join('`, `')}\``)) t.false(exists(name), name)
  t.false(isMade('createServer'), 'it is imported and called, but not ours')
  for (const name of namesIn('`handleToken(server)`, `oauth/`, `forward.ts`, `AuthorizationServer`, `SIGHUP`, `a: b`'))
    t.true(exists(name), name)
})
