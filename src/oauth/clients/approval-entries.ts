import type { Entry } from '../../store/store.ts'
import type { RegisteredClient } from './clients.ts'

/** What is written beside whatever somebody approved: a client that was known for a while only, or by its document, stays. */
export function approvalEntries({ id, rowOnceApproved }: Pick<RegisteredClient, 'id' | 'rowOnceApproved'>): Entry[] {
  return rowOnceApproved ? [{ kind: 'client', id, value: rowOnceApproved, expiresAt: rowOnceApproved.expiresAt }] : []
}
