import { execFileSync } from 'node:child_process'
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type GrantedPaths, grantPatterns } from '../../../src/app/process/grant-patterns.ts'
import { temporaryFolder } from '../../support/environment.ts'

test('a path is granted once, a folder before what is in it', (t) => {
  t.deepEqual(grantPatterns({ files: ['/home/x', '/b', '/b'], folders: ['/home/c', '/home'] }), ['/b', '/home/*'])
  t.deepEqual(grantPatterns({ files: ['/ab'], folders: ['/x/ab'] }), ['/ab', '/x/ab/*'])
  t.deepEqual(grantPatterns({ files: [], folders: [] }), [])
})

test('a folder with a namesake is granted with all that begins like it', (t) => {
  t.deepEqual(grantPatterns({ files: ['/h/data.log'], folders: ['/h/data'] }), ['/h/data*'])
  t.deepEqual(grantPatterns({ files: [], folders: ['/h/data', '/h/data2'] }), ['/h/data*'])
  t.deepEqual(grantPatterns({ files: ['/h/dat'], folders: ['/h/data'] }), ['/h/dat', '/h/data*'])
})

/** Names that share much of their beginnings, some of them there, some not yet. */
const CASES: GrantedPaths[] = [
  { folders: ['data'], files: [] },
  { folders: ['data'], files: ['data/alexa.secret', 'gateway.yaml'] },
  { folders: ['data', 'certs', 'code/src', 'code/bin'], files: ['code/package.json', 'gateway.log'] },
  { folders: ['data', 'data2'], files: ['data.log', 'datum'] },
  { folders: ['data', 'date', 'dat'], files: ['da', 'd'] },
  { folders: ['missing', 'data'], files: ['missing.log', 'missin', 'mis'] },
  { folders: ['live', 'archive', 'live2/x'], files: ['live/key.pem', 'live.pem', 'archive1.pem'] },
  { folders: ['code/src', 'code/node_modules', 'code'], files: ['codes', 'cod'] },
  { folders: ['a', 'ab', 'abc', 'abcd'], files: ['abcde', 'b', 'bc'] },
]

/** Asks Node itself, in a process that is started so. */
function mayRead(patterns: string[], asked: string[]): boolean[] {
  const flags = ['--permission', ...patterns.map((pattern) => `--allow-fs-read=${pattern}`)]
  const script = `process.stdout.write(JSON.stringify(process.argv.slice(1).map((path) => process.permission.has('fs.read', path))))`
  return JSON.parse(execFileSync(process.execPath, [...flags, '-e', script, ...asked], { encoding: 'utf8' }))
}

function madeIn(t: ExecutionContext): string {
  const root = realpathSync(temporaryFolder(t))
  for (const name of ['data', 'certs', 'code/src', 'live', 'archive', 'a', 'ab']) {
    mkdirSync(join(root, name), { recursive: true })
  }
  return root
}

test('Node understands them so: each folder itself, all that is in it, each file, and nothing else', (t) => {
  const root = madeIn(t)
  for (const { folders, files } of CASES) {
    const [inRoot, filesInRoot] = [folders, files].map((names) => names.map((name) => join(root, name)))
    const patterns = grantPatterns({ folders: inRoot!, files: filesInRoot! })
    const granted = [...inRoot!, ...filesInRoot!, ...inRoot!.flatMap((one) => [join(one, 'x'), join(one, 'x/.y/z')])]
    const others = [root, join(root, 'z'), join(root, 'other/data'), '/etc/passwd', '/']
    const may = mayRead(patterns, [...granted, ...others])
    const readable = [...granted, ...others].filter((_, index) => may[index])
    t.deepEqual(readable, granted, patterns.join(' '))
  }
})
