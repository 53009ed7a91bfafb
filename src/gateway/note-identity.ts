import type { Identity } from '../http/identity.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'

/** For the log and the audit of first calls. */
export function noteIdentity(record: RequestRecord, { user, client, grant }: Identity): void {
  record.user = user.name
  record.client = client
  record.grant = grant
}
