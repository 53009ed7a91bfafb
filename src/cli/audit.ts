import { loadConfig } from '../config/load.ts'
import { explainFileError } from '../files/explain-file-error.ts'
import { AUDIT_EVENTS } from '../telemetry/audit.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import { escapeDeceiving } from '../telemetry/escape-deceiving.ts'
import { type AuditRecord, readAudit } from '../telemetry/read-audit.ts'
import { CommandError } from './command-error.ts'
import { localSecond } from './local-time.ts'
import { readCount } from './read-count.ts'
import { table } from './table.ts'
import type { World } from './world.ts'

/** `skillgate audit [--last N] [--json]`: what happened lately. Works while the gateway runs. */
export async function audit(world: World, { last = '50', json = false }: AuditOptions): Promise<number> {
  const { configFile, variables, print } = world
  const most = readCount(last)
  const file = auditFile(loadConfig(configFile, variables).data_dir)
  const records = readTrail(file, most)
  if (json) for (const { line } of records) print(escapeDeceiving(line))
  else if (records.length === 0) print(`Nothing has happened yet: there are no events in ${file}.`)
  else for (const line of table(HEADINGS, records.map(row))) print(line)
  return 0
}

interface AuditOptions {
  /** How many events, as it was typed. */
  last?: string
  /** As the file has them, for programs. */
  json?: boolean
}

/** @throws CommandError where a file can't be read. */
export function readTrail(file: string, most: number): AuditRecord[] {
  try {
    return readAudit(file, most)
  } catch (error) {
    const { code, path = file } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    throw new CommandError(explainFileError(error, path, 'read'))
  }
}

const HEADINGS = ['TIME', 'WHAT', 'USER', 'CLIENT', 'ADDRESS', 'MORE']

function row({ time, event, user, client, address, scopes, grant, detail }: AuditRecord): string[] {
  const more = [detail, scopes.join(' '), grant && `grant ${grant}`].filter(Boolean).join('; ')
  return [localSecond(time), inWords(event), user ?? '-', client ?? '-', address ?? '-', more]
}

/** What happened, for people. */
export function inWords(event: string): string {
  return Object.hasOwn(AUDIT_EVENTS, event) ? AUDIT_EVENTS[event as keyof typeof AUDIT_EVENTS] : event
}
