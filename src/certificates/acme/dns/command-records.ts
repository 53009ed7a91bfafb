import { dnsFailure, quoted } from './dns-failure.ts'
import type { DnsRecords } from './dns-records.ts'
import type { DnsSettingsOf } from './dns-settings.ts'
import { type Ended, runProgram } from './run-program.ts'

/** APIs of providers take a few seconds, some of them half a minute. */
const TIMEOUT_MS = 120_000
const LINES_SHOWN = 3

/** `by: command`: a program of the user's, run with `set` or `remove`, the name and the value added. */
export function commandRecords(
  { command }: DnsSettingsOf<'command'>,
  { timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {},
): DnsRecords {
  const who = `The command ${command[0]}`

  async function run(action: 'set' | 'remove', name: string, value: string): Promise<void> {
    const words = [...command, action, name, value]
    const { code, said, late } = await runProgram(words, timeoutMs).catch(refuse)
    if (late) {
      const what = `it did not end within ${timeoutMs / 1000} s, and was ended`
      throw dnsFailure(who, what, `Try it by hand:  ${words.join(' ')}`)
    }
    if (code === 0) return
    const lines = said.trimEnd().split('\n').slice(-LINES_SHOWN).join(' / ')
    const how = typeof code === 'number' ? `exit code ${code}` : `signal ${code}`
    throw dnsFailure(
      who,
      `${action} of ${name} ended with ${how}, and said ${quoted(lines)}`,
      `It has to end with 0 once that is done. Try it by hand:  ${words.join(' ')}`,
    )
  }

  function refuse(error: NodeJS.ErrnoException): Ended {
    const [what, advice] = WHY[error.code ?? ''] ?? [`it can't be run (${error.code})`, 'Look at dns.command.']
    throw dnsFailure(who, what, advice, error)
  }

  return {
    set: (name, value) => run('set', name, value),
    remove: (name, value) => run('remove', name, value),
  }
}

/** Why a program can't be run, and what to do, by Node's code. */
const WHY: Record<string, [string, string]> = {
  ENOENT: [
    'there is no such program',
    'Write its whole path into dns.command; a script also needs the interpreter of its first line ("#!").',
  ],
  EACCES: ['it may not be run', 'Let the user that Skillgate runs as execute it:  chmod a+x'],
  ERR_ACCESS_DENIED: [
    'this process may not start programs',
    'Restart Skillgate: only a start can give the rights that dns.command needs.',
  ],
}
