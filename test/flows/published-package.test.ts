import { cpSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { temporaryFolder } from '../support/environment.ts'
import { startProcess, writeConfig } from '../support/process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What npm would install, with what `prepack` makes of the sources. @returns its launcher. */
function install(t: ExecutionContext): string {
  const installed = join(temporaryFolder(t), 'skillgate')
  for (const name of ['bin', 'package.json']) cpSync(join(ROOT, name), join(installed, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(installed, 'node_modules'))
  for (const file of globSync('**/*.ts', { cwd: join(ROOT, 'src') })) {
    const compiled = join(installed, 'dist', file.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(compiled), { recursive: true })
    const source = stripTypeScriptTypes(readFileSync(join(ROOT, 'src', file), 'utf8'))
    writeFileSync(compiled, source.replace(/(['"]\.{1,2}\/[^'"\n]+)\.ts(?=['"])/g, '$1.js'))
  }
  return join(installed, 'bin', 'skillgate.js')
}

test('75. the published package starts with as few rights as the checkout', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const launcher = install(t)
  const gateway = await startProcess(t, writeConfig(t, music), { launcher })
  if (process.platform === 'linux') {
    const words = readFileSync(`/proc/${gateway.child.pid}/cmdline`, 'utf8').split('\0')
    t.true(words.slice(0, words.indexOf(launcher)).includes('--permission'))
  }
  t.is(await gateway.stop(), 0, gateway.output.stderr)
})
