import { readFileSync } from 'node:fs'
import test from 'ava'

const read = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
const manifest = read('package.json')
const lock: Record<
  string,
  { version?: string; resolved?: string; os?: string[]; cpu?: string[]; hasInstallScript?: boolean }
> = read('package-lock.json').packages

test('every dependency is pinned to one version', (t) => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    t.regex(String(version), /^\d+\.\d+\.\d+(-[\w.]+)?$/, name)
  }
})

test('the lock file has the packages of every platform, and names no place that they came from', (t) => {
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64']) {
    for (const prefix of ['node_modules/@biomejs/cli-', 'node_modules/@typescript/typescript-']) {
      t.truthy(lock[`${prefix}${platform}`]?.version, `${prefix}${platform}`)
    }
  }
  for (const [name, { resolved }] of Object.entries(lock)) t.is(resolved, undefined, name)
})

test('only the install script that is needed is approved, and every other is decided on', (t) => {
  const withScript = Object.entries(lock).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? [path.replace(/^.*node_modules\//, '')] : [],
  )
  const decided = Object.entries<boolean>(manifest.allowScripts)
  t.deepEqual(
    decided.filter(([, allowed]) => allowed).map(([name]) => name),
    ['node'],
  )
  for (const name of withScript) t.true(name in manifest.allowScripts, name)
})

test('the Node that comes along is one that Skillgate runs on', (t) => {
  t.is(process.versions.node, manifest.devDependencies.node)
  t.is(manifest.engines.node, '^24.18.1 || >=26.5.1')
})
