import { NOTHING_ARRIVED, verdictWords } from '../app/doctor/link-verdicts.ts'
import { withoutDoctors } from '../app/doctor/outside/authorization-query.ts'
import { loadConfig } from '../config/load.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import { escapeDeceiving } from '../telemetry/escape-deceiving.ts'
import { judgeLink } from '../telemetry/judge-link.ts'
import type { AuditRecord } from '../telemetry/read-audit.ts'
import { countLeftOut, type LinkAttempt, traceLinks } from '../telemetry/trace-links.ts'
import { inWords, readTrail } from './audit.ts'
import { localSecond } from './local-time.ts'
import { readCount } from './read-count.ts'
import { harmless } from './table.ts'
import type { World } from './world.ts'

/** `skillgate trace [--last N] [--json]`: how each attempt to link went, and what to do where it broke. */
export async function trace(world: World, { last = '5', json = false }: TraceOptions): Promise<number> {
  const { configFile, variables, now, print } = world
  const most = readCount(last)
  const config = loadConfig(configFile, variables)
  const trail = readTrail(auditFile(config.data_dir), Number.POSITIVE_INFINITY)
  const attempts = withoutDoctors(traceLinks(trail), config).slice(-most)
  if (json) for (const attempt of attempts) print(escapeDeceiving(JSON.stringify(forPrograms(attempt, now()))))
  else
    for (const line of [...timelines(attempts, now()), ...leftOut(countLeftOut(trail, attempts[0]?.steps[0]?.time))])
      print(line)
  return 0
}

interface TraceOptions {
  /** How many attempts, as it was typed. */
  last?: string
  /** An object a line, for programs. */
  json?: boolean
}

function timelines(attempts: LinkAttempt[], now: number): string[] {
  return attempts.length === 0
    ? [NOTHING_ARRIVED.words, NOTHING_ARRIVED.todo]
    : attempts.flatMap((one) => timeline(one, now))
}

function leftOut(events: number): string[] {
  if (events === 0) return []
  return [
    `${events} more steps of attempts to link were not written down, for too many came within ten minutes.`,
    'If these were yours: wait ten minutes, and try once. "skillgate audit" has from where they came.',
  ]
}

/** When and who, each step under it, and then what it means. */
function timeline(attempt: LinkAttempt, now: number): string[] {
  const { client, user, steps } = attempt
  const { words, todo } = verdictWords(judgeLink(attempt, now), attempt)
  const who = [client ?? 'an unknown client', user && `for ${user}`].filter(Boolean).join(' ')
  const lines = [who, ...steps.map(stepInWords), `  => ${words}`, ...(todo === '' ? [] : [`     ${todo}`])]
  return [...lines.map(harmless), '']
}

function stepInWords({ time, event, address, detail, grant }: AuditRecord): string {
  const more = [address && `from ${address}`, event === 'code_redeemed' && grant && `grant ${grant}`, detail]
  return `  ${[localSecond(time), inWords(event), ...more].filter(Boolean).join('  ')}`
}

function forPrograms(attempt: LinkAttempt, now: number): object {
  const verdict = judgeLink(attempt, now)
  const { steps, ...about } = attempt
  const told = steps.map(({ time, event, address, detail }) => ({ time, event, address, detail }))
  return { ...about, steps: told, verdict, ...verdictWords(verdict, attempt) }
}
