import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import test from 'ava'
import { LAUNCHER } from '../support/process.ts'

/** Ends at a second signal, once what came of the first has been done. */
const WAITING = `const { url } = require('node:inspector')
  process.on('SIGUSR2', () => setTimeout(() => process.exit(url() === undefined ? 7 : 8), 0))
  process.stdin.resume()
  process.stdout.write('ready')`

/** @returns what a process says to SIGUSR1, and the code that it ends with. */
async function answerToUsr1(before: string[]) {
  const child = spawn(process.execPath, [...before, '-e', WAITING])
  const said = text(child.stderr)
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  child.kill('SIGUSR1')
  child.kill('SIGUSR2')
  const [code] = await closed
  return { code, said: await said }
}

const notOnWindows = process.platform === 'win32' ? test.skip : test

notOnWindows(
  '75. from the first line of the launcher on SIGUSR1 opens no debugger, whatever the command',
  async (t) => {
    const module = new URL('../../bin/ignore-usr1.js', import.meta.url).href
    t.deepEqual(await answerToUsr1([`--import=${module}`]), { code: 7, said: '' })
  },
)

test('75. that is the first thing that the launcher loads', (t) => {
  t.is(/^import .*$/m.exec(readFileSync(LAUNCHER, 'utf8'))?.[0], "import './ignore-usr1.js'")
})
