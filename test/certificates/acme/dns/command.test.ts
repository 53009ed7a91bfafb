import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { commandRecords } from '../../../../src/certificates/acme/dns/command-records.ts'
import { temporaryFolder } from '../../../support/environment.ts'

const NAME = '_acme-challenge.example.org'

/** A program of the user's: what it does is a script for sh. */
function programOf(t: ExecutionContext, script: string): { file: string; folder: string } {
  const folder = temporaryFolder(t)
  const file = join(folder, 'hook')
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return { file, folder }
}

function recordsBy(command: string[], timeoutMs?: number) {
  return commandRecords({ by: 'command', command, wait: 0 }, { ...(timeoutMs !== undefined && { timeoutMs }) })
}

test('a program gets its own words, what to do, the name and the value', async (t) => {
  const { file, folder } = programOf(t, 'printf "%s|" "$@" >> "$1"; echo >> "$1"')
  const said = join(folder, 'said')
  const records = recordsBy([file, said, 'two words; $(not run)'])
  await records.set(NAME, 'a-value')
  await records.remove(NAME, 'a-value')
  const own = `${said}|two words; $(not run)`
  t.is(readFileSync(said, 'utf8'), `${own}|set|${NAME}|a-value|\n${own}|remove|${NAME}|a-value|\n`)
})

test('an exit code other than 0 is an error with the last lines that the program said', async (t) => {
  const { file } = programOf(t, 'echo "never shown"; for n in 1 2 3 4 5; do echo "line $n" >&2; done; exit 3')
  await t.throwsAsync(recordsBy([file]).set(NAME, 'x'), {
    code: 'dns_failed',
    message: `The command ${file}: set of ${NAME} ended with exit code 3, and said "line 3 / line 4 / line 5". It has to end with 0 once that is done. Try it by hand:  ${file} set ${NAME} x`,
  })
})

test('a program that a signal ended has failed', async (t) => {
  const { file } = programOf(t, 'kill -TERM $$')
  await t.throwsAsync(recordsBy([file]).set(NAME, 'x'), { message: /ended with signal SIGTERM, and said nothing\./ })
})

test('what a program says in a flood is cut, and does not hold it up', async (t) => {
  const { file } = programOf(t, 'head -c 1000000 /dev/zero | tr "\\0" "x" >&2; exit 1')
  const error = await t.throwsAsync(recordsBy([file]).set(NAME, 'x'), { message: /exit code 1/ })
  t.true((error?.message.length ?? 0) < 800)
})

test('a program that does not end is ended, with all that it has started', async (t) => {
  const { file, folder } = programOf(t, 'sleep 600 & echo $! > "$1"; wait')
  const started = join(folder, 'pid')
  // On a busy machine it may have started nothing by then.
  for (let limitMs = 500; limitMs < 10_000 && !existsSync(started); limitMs *= 2) {
    const error = await t.throwsAsync(recordsBy([file, started], limitMs).set(NAME, 'x'), { code: 'dns_failed' })
    const advice = `Try it by hand:  ${file} ${started} set ${NAME} x`
    t.is(error?.message, `The command ${file}: it did not end within ${limitMs / 1000} s, and was ended. ${advice}`)
  }
  const pid = Number(readFileSync(started, 'utf8'))
  t.true(pid > 0)
  t.true(await isGone(pid))
})

test('a program that leaves something running behind it has ended', async (t) => {
  const { file, folder } = programOf(t, 'sleep 600 & echo $! > "$1"')
  const started = join(folder, 'pid')
  await recordsBy([file, started]).set(NAME, 'x')
  t.notThrows(() => process.kill(Number(readFileSync(started, 'utf8')), 'SIGKILL'))
})

test('a program that is not there, or may not be run, is told with what to do', async (t) => {
  const { file, folder } = programOf(t, '')
  const gone = join(folder, 'gone')
  await t.throwsAsync(recordsBy([gone]).set(NAME, 'x'), {
    code: 'dns_failed',
    message: `The command ${gone}: there is no such program. Write its whole path into dns.command; a script also needs the interpreter of its first line ("#!").`,
  })
  chmodSync(file, 0o644)
  await t.throwsAsync(recordsBy([file]).set(NAME, 'x'), { message: /it may not be run\. .*chmod a\+x/ })
})

/** Whoever has taken it over may not have waited for it yet: then it is a zombie. */
async function isGone(pid: number): Promise<boolean> {
  for (;;) {
    try {
      const state = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '')[0]
      if (state === 'Z' || state === 'X') return true
    } catch {
      return true
    }
    await setImmediate()
  }
}
