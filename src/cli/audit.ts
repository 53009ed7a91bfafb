import { loadConfig } from '../config/load.ts'
import { AUDIT_EVENTS } from '../telemetry/audit.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import { type AuditRecord, readAudit } from '../telemetry/read-audit.ts'
import { CommandError } from './command-error.ts'
import { table } from './table.ts'
import type { World } from './world.ts'

/** `skillgate audit [--last N] [--json]`: what happened lately. Works while the gateway runs. */
export async function audit(world: World, { last = '50', json = false }: AuditOptions): Promise<number> {
  const { configFile, variables, print } = world
  if (!/^[1-9]\d{0,8}$/.test(last)) throw new CommandError('--last takes a whole number, at least 1.')
  const file = auditFile(loadConfig(configFile, variables).data_dir)
  const records = read(file, Number(last))
  if (json) for (const { line } of records) print(line)
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

function read(file: string, most: number): AuditRecord[] {
  try {
    return readAudit(file, most)
  } catch (error) {
    const { code, path = file } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    throw new CommandError(`${path} can't be read (${code}): are you the user that the gateway runs as?`)
  }
}

const HEADINGS = ['TIME', 'WHAT', 'USER', 'CLIENT', 'ADDRESS', 'MORE']

function row({ time, event, user, client, address, scopes, grant, detail }: AuditRecord): string[] {
  const more = [detail, scopes.join(' '), grant && `grant ${grant}`].filter(Boolean).join('; ')
  return [localTime(time), inWords(event), user ?? '-', client ?? '-', address ?? '-', more]
}

/** In the time zone of whoever reads it. */
function localTime(time: string): string {
  const date = new Date(time)
  // Swedish writes 2026-07-28 14:03:05.
  return Number.isNaN(date.getTime()) ? time : date.toLocaleString('sv-SE')
}

function inWords(event: string): string {
  return Object.hasOwn(AUDIT_EVENTS, event) ? AUDIT_EVENTS[event as keyof typeof AUDIT_EVENTS] : event
}
