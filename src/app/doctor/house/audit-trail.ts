import type { Config } from '../../../config/schema.ts'
import { explainFileError } from '../../../files/explain-file-error.ts'
import { auditFile } from '../../../telemetry/audit-files.ts'
import { type AuditRecord, readAudit } from '../../../telemetry/read-audit.ts'
import { type Seen, unseen } from './seen.ts'

/** More than all attempts of a week. */
const EVENTS_LIMIT = 5000

/** What happened lately, the oldest first. Nothing where no gateway has been started yet. */
export function auditTrail({ data_dir }: Pick<Config, 'data_dir'>): { records: AuditRecord[]; trouble: Seen[] } {
  const file = auditFile(data_dir)
  try {
    return { records: readAudit(file, EVENTS_LIMIT), trouble: [] }
  } catch (error) {
    const { code, path = file } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { records: [], trouble: [] }
    return { records: [], trouble: [unseen(`What happened lately: ${explainFileError(error, path, 'read')}`)] }
  }
}
