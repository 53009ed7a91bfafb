import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { importantAuditFile, olderAuditFiles } from './audit-files.ts'

/** A line of the audit file, as some version of this program wrote it. */
export interface AuditRecord {
  time: string
  event: string
  address?: string
  user?: string
  client?: string
  grant?: string
  scopes: string[]
  attempt?: string
  /** How many more of the same it stands for. */
  more?: number
  detail?: string
  /** The line itself. */
  line: string
}

/**
 * The latest events, the oldest of them first: all that there are, and before those what was kept because it is important.
 * Lines that are not whole are left out.
 * @returns none where there is no file.
 * @throws what the file system throws, where a file is there and can't be read.
 */
export function readAudit(file: string, most: number): AuditRecord[] {
  const records = readSeries(file, most)
  if (records.length >= most) return records.slice(-most)
  const known = new Set(records.map(({ line }) => line))
  const important = readSeries(importantAuditFile(file), most)
  // What is important stands in both files. What has come since the first of them was read is for the next time.
  const last = important.findLastIndex(({ line }) => known.has(line))
  const older = important.slice(0, last < 0 ? undefined : last).filter(({ line }) => !known.has(line))
  return [...older, ...records].slice(-most)
}

function readSeries(file: string, most: number): AuditRecord[] {
  // The current file comes first: if it's set aside meanwhile, it's among the older ones, and then known.
  const known = new Set<number>()
  let records = readRecords(file, known)
  if (records.length < most) {
    for (const { path } of olderAuditFiles(file)) {
      records = [...readRecords(path, known), ...records]
      if (records.length >= most) break
    }
  }
  return records
}

function readRecords(path: string, known: Set<number>): AuditRecord[] {
  const handle = openIfThere(path)
  if (handle === undefined) return []
  try {
    const { ino } = fstatSync(handle)
    if (known.has(ino)) return []
    known.add(ino)
    return readFileSync(handle, 'utf8').split('\n').flatMap(recordOf)
  } finally {
    closeSync(handle)
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** None for a line that somebody tore, or wrote by hand. */
function recordOf(line: string): AuditRecord[] {
  try {
    const { time, event, address, user, client, grant, scopes = [], attempt, more, detail } = JSON.parse(line)
    const optional = [address, user, client, grant, attempt, detail].filter((value) => value !== undefined)
    const whole =
      Array.isArray(scopes) && [time, event, ...optional, ...scopes].every((value) => typeof value === 'string')
    if (!whole || (more !== undefined && typeof more !== 'number')) return []
    return [{ time, event, address, user, client, grant, scopes, attempt, more, detail, line }]
  } catch {
    return []
  }
}
