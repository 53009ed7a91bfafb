import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const ROOT = fileURLToPath(new URL('../src', import.meta.url))

/** Ground: each imports only what is named. */
const GROUND: Record<string, string[]> = {
  pages: ['http'],
  http: [],
  store: ['files'],
  limits: ['store', 'net'],
  secrets: ['files'],
  files: [],
  net: [],
  telemetry: ['files', 'net'],
  config: ['net'],
}

/** They never import each other; what two of them share is a contract, `import type`, that `app` fulfils. */
const ROOMS = ['gateway', 'oauth', 'users', 'account', 'alexa', 'music-assistant', 'certificates']

const ALL_GROUND = Object.keys(GROUND)

/** Which folders of `src` a folder may import from, besides its own. Types may come from `config` everywhere. */
const MAY_IMPORT: Record<string, string[]> = {
  '.': ['cli', 'config', 'certificates'],
  cli: ['app', ...ROOMS, ...ALL_GROUND],
  app: ['listen', ...ROOMS, ...ALL_GROUND],
  listen: ['http', 'net', 'telemetry'],
  ...Object.fromEntries(ROOMS.map((room) => [room, ALL_GROUND.filter((one) => one !== 'config')])),
  ...GROUND,
}

/** Whose types a folder may know, besides what it may import. */
const MAY_KNOW: Record<string, string[]> = {
  listen: ['certificates', 'gateway'],
  ...Object.fromEntries(ROOMS.map((room) => [room, ROOMS])),
}

/** A client that registers itself has to keep to what the configuration demands of one, so both look here. */
const RULE_OF_BOTH = 'config/redirect-uri-form.ts'

/** The only files that may import a package. */
const ONLY_IMPORTER: Record<string, string | string[]> = {
  undici: 'gateway/upstreams/connection.ts',
  'http-proxy': 'gateway/upstreams/tunnel.ts',
  ws: 'gateway/relay/web-sockets.ts',
  'node-forge': ['certificates/local/local-ca.ts', 'certificates/files/decrypt-old-pkcs12.ts'],
  keyv: 'store/keyv-store.ts',
  'prom-client': 'telemetry/metrics.ts',
  'acme-client': 'certificates/acme/acme-connection.ts',
}

/**
 * The only files that may start a process: the one before permission for that is given back, the other in the process of
 * an errand.
 */
const RUN_PROGRAMS = ['app/process/errands.ts', 'certificates/acme/dns/run-program.ts']

interface Import {
  file: string
  from: string
  onlyTypes: boolean
}

const files = globSync('**/*.ts', { cwd: ROOT }).sort()
const imports = files.flatMap(importsOf)

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const found = text.matchAll(
    /^(import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm,
  )
  return [...found].map(([, , type, named, dynamic, bare]) => ({
    file,
    from: (named ?? dynamic ?? bare) as string,
    onlyTypes: type !== undefined,
  }))
}

function folderOf(file: string): string {
  return dirname(file).split('/')[0] as string
}

test('a folder imports only from the folders below it', (t) => {
  for (const { file, from, onlyTypes } of imports) {
    if (!from.startsWith('.')) continue
    const imported = normalize(join(dirname(file), from))
    const [own, other] = [folderOf(file), folderOf(imported)]
    const ofConfig = other === 'config' && (onlyTypes || imported === RULE_OF_BOTH)
    const ofRoom = onlyTypes && MAY_KNOW[own]?.includes(other)
    const allowed = own === other || MAY_IMPORT[own]?.includes(other) || ofConfig || ofRoom
    t.true(allowed, `${file} imports ${from}`)
  }
})

test('each package that could be replaced has one importer for each thing that it does', (t) => {
  for (const [name, only] of Object.entries(ONLY_IMPORTER)) {
    const importers = imports.filter(({ from }) => from === name).map(({ file }) => file)
    t.deepEqual([...new Set(importers)].sort(), [only].flat().sort(), name)
  }
  for (const { file, from, onlyTypes } of imports)
    if (from === '@keyv/sqlite') t.true(file === 'store/keyv-store.ts' || onlyTypes, `${file} imports ${from}`)
})

test('every folder has its place among the layers, and every rule somebody who is bound by it', (t) => {
  for (const file of files) t.true(folderOf(file) in MAY_IMPORT, file)
  for (const only of Object.values(ONLY_IMPORTER).flat()) t.true(files.includes(only), only)
  t.true(imports.length > 150)
})

test('the clock and chance are read in one file only', (t) => {
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    if (file !== 'config/environment.ts')
      t.notRegex(text, /Date\.now|Math\.random|new Date\(\)|randomBytes[^'"]*from 'node:crypto'/, file)
  }
})

test('nothing is used that is taken from a process with --permission, as a gateway is', (t) => {
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    // FileHandle.sync() and chmodSync() of a path are there; so is execve, for the launcher.
    const taken =
      /\b(fsync|fdatasync|fchmod|fchown|futimes)(Sync)?\(|'node:(child_process|worker_threads|inspector|wasi)'/
    if (RUN_PROGRAMS.includes(file))
      t.notRegex(text.replace("'node:child_process'", ''), taken, 'docs/decisions/errands.md')
    else t.notRegex(text, taken, `${file}: docs/decisions/process.md`)
  }
})

test('files fit on a screen or two, and have no default export', (t) => {
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    if (file !== 'config/schema.ts') t.true(text.split('\n').length <= 250, file)
    t.notRegex(text, /^export default/m, file)
    t.notRegex(file, /(utils?|helpers?|common|manager|misc)\.ts$/)
  }
})
