import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { startOver } from '../../bin/spend-less.js'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { temporaryFolder } from '../support/environment.ts'
import { startProcess, writeConfig } from '../support/process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

type Replaced = { file: string; words: string[]; env: Record<string, string> }

/** @returns how the process would be replaced, if so. */
function replacedBy(changed: object): Replaced | undefined {
  let replaced: Replaced | undefined
  const execve = (file: string, words: string[], env: Record<string, string>) => {
    replaced = { file, words, env }
  }
  const argv = [process.execPath, '/there/skillgate.js', 'start', '--config', 'a b.yaml']
  const self = { execPath: process.execPath, execArgv: ['--no-warnings'], argv, env: {}, execve, ...changed }
  startOver(self as never, ['--permission'])
  return replaced
}

const flagsOf = (replaced: Replaced | undefined) => replaced?.words.slice(1, -4)

test('a gateway starts over with a small young space, and with the words and flags that it was given', (t) => {
  const { file, words, env } = replacedBy({ env: { HOME: '/home/ada' } }) as Replaced
  t.is(file, process.execPath)
  t.deepEqual(words, [
    ...[process.execPath, '--max-semi-space-size=4', '--permission', '--no-warnings'],
    ...['/there/skillgate.js', 'start', '--config', 'a b.yaml'],
  ])
  t.is(env.HOME, '/home/ada')
  t.is(env.MALLOC_ARENA_MAX, '2')
})

test('what the person has set stays', (t) => {
  t.is(replacedBy({ env: { MALLOC_ARENA_MAX: '8' } })?.env.MALLOC_ARENA_MAX, '8')
  for (const flag of ['--max-semi-space-size=16', '--max_semi_space_size=16']) {
    t.deepEqual(flagsOf(replacedBy({ execArgv: [flag] })), ['--permission', flag])
    const env = { NODE_OPTIONS: `--no-warnings ${flag}` }
    t.deepEqual(flagsOf(replacedBy({ env })), ['--permission', '--no-warnings'])
  }
})

test('a process that cannot be replaced goes on as it is', (t) => {
  t.is(replacedBy({ execve: undefined }), undefined)
  t.is(replacedBy({ channel: {} }), undefined)
  t.is(replacedBy({ permission: {} }), undefined)
  t.is(replacedBy({ execPath: join(temporaryFolder(t), 'gone') }), undefined)
})

const linuxOnly = process.platform === 'linux' ? test : test.skip
linuxOnly('a started gateway is one process, the one that was started, with the flags', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const gateway = await startProcess(t, writeConfig(t, music))
  const words = readFileSync(`/proc/${gateway.child.pid}/cmdline`, 'utf8').split('\0')
  t.is(words[1], '--max-semi-space-size=4')
  t.is(gateway.output.stderr, '')
  t.is(await gateway.stop('SIGTERM'), 0)
})

/** What `keepStripped` says in a process of its own that loads a file with types after it. */
function keepIn(folder: string, variables: Record<string, string> = {}): string {
  const module = new URL('../../bin/spend-less.js', import.meta.url)
  const typed = new URL('../../src/secrets/secret.ts', import.meta.url)
  const script = `import { keepStripped } from '${module}'
    process.stdout.write(String(keepStripped(new URL(process.argv[1], 'file:'))))
    await import('${typed}')`
  const env = { ...process.env, ...variables }
  return execFileSync(process.execPath, ['--input-type=module', '-e', script, folder], { encoding: 'utf8', env })
}

test('the first start finds nothing kept, a later one does', (t) => {
  const folder = join(temporaryFolder(t), 'a folder', 'kept')
  t.is(keepIn(folder), 'true')
  t.is(keepIn(folder), 'false')
})

test('where nothing can be kept, a start goes on without', (t) => {
  const file = join(temporaryFolder(t), 'file')
  writeFileSync(file, '')
  t.is(keepIn(join(file, 'kept')), 'false')
  t.is(keepIn(temporaryFolder(t), { NODE_DISABLE_COMPILE_CACHE: '1' }), 'false')
})

test('75. what is kept can be written until all is loaded, and by nobody in the process from then on', (t) => {
  const folder = join(realpathSync(temporaryFolder(t)), 'kept')
  mkdirSync(folder)
  const module = new URL('../../bin/spend-less.js', import.meta.url)
  const script = `import { keepStripped } from '${module}'
    const may = () => process.permission.has('fs.write', process.argv[1] + '/any')
    keepStripped(new URL(process.argv[1], 'file:'), 0)
    const before = may()
    while (may()) await new Promise(setImmediate)
    process.stdout.write(before + ' ' + may())`
  const flags = ['--permission', `--allow-fs-read=${ROOT}`, `--allow-fs-read=${folder}`, `--allow-fs-write=${folder}`]
  const words = [...flags, '--input-type=module', '-e', script, folder]
  t.is(execFileSync(process.execPath, words, { encoding: 'utf8' }), 'true false')
})
