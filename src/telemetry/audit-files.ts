import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The file that events are added to. */
export function auditFile(dataDirectory: string): string {
  return join(dataDirectory, 'audit.jsonl')
}

/** The file beside it that has only what matters for long, so that nothing else pushes it out. */
export function importantAuditFile(file: string): string {
  return join(dirname(file), `${basename(file, '.jsonl')}-important.jsonl`)
}

export interface OlderAuditFile {
  path: string
  /** The higher, the younger. */
  number: number
}

/** `audit.1.jsonl`, `audit.2.jsonl` and so on, the youngest first. */
export function olderAuditFiles(file: string): OlderAuditFile[] {
  const stem = basename(file, '.jsonl')
  const found: OlderAuditFile[] = []
  for (const name of readdirSync(dirname(file))) {
    const number = name.startsWith(`${stem}.`) && /^([1-9]\d{0,14})\.jsonl$/.exec(name.slice(stem.length + 1))?.[1]
    if (number) found.push({ path: join(dirname(file), name), number: Number(number) })
  }
  return found.sort((a, b) => b.number - a.number)
}

export function numberedAuditFile(file: string, number: number): string {
  return join(dirname(file), `${basename(file, '.jsonl')}.${number}.jsonl`)
}
