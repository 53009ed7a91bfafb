import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import type { Environment } from '../config/environment.ts'
import { giveToFolderOwner } from '../files/keep-owner.ts'
import { importantAuditFile } from './audit-files.ts'
import { cut } from './cut.ts'
import { escapeDeceiving } from './escape-deceiving.ts'
import { hideSecrets } from './hide-secrets.ts'
import { chooseImportant } from './important-events.ts'
import { setAuditFileAside } from './set-audit-file-aside.ts'

/** What can happen, each in words for people. */
export const AUDIT_EVENTS = {
  started: 'started',
  stopped: 'stopped',
  reloaded: 'configuration reloaded',
  backed_up: 'backup made',
  restored: 'backup restored',
  signed_in: 'signed in',
  sign_in_failed: 'sign-in failed',
  second_factor_asked: 'password right, second factor asked',
  locked_out: 'locked out',
  unlocked: 'lock-out ended',
  signed_out: 'signed out',
  link_opened: 'page to link opened',
  link_refused: 'page to link refused',
  consented: 'consented',
  denied: 'denied',
  code_redeemed: 'code redeemed',
  token_refused: 'token request refused',
  first_call: 'first call',
  code_reused: 'code used again',
  tokens_issued: 'tokens issued',
  tokens_refreshed: 'tokens refreshed',
  refresh_token_reused: 'refresh token used again',
  revoked: 'revoked',
  upstream_token_issued: 'upstream token issued',
  upstream_token_renewed: 'upstream token renewed',
  upstream_token_refused: 'upstream token refused',
  upstream_token_ended: 'upstream token ended',
  client_registered: 'client registered',
  registration_opened: 'registration opened to any client',
  registration_closed: 'registration closed',
  client_secret_renewed: 'client secret renewed',
  client_refused: 'client refused',
  client_document_read: 'metadata document of a client read',
  client_document_refused: 'metadata document of a client refused',
  user_added: 'user added',
  user_removed: 'user removed',
  user_disabled: 'user disabled',
  user_enabled: 'user enabled',
  password_changed: 'password changed',
  email_changed: 'e-mail address changed',
  totp_changed: 'second factor changed',
  user_linked: 'account linked',
  user_unlinked: 'account unlinked',
  recovery_code_used: 'recovery code used',
  device_added: 'device certificate made',
  device_removed: 'device certificate ended',
  key_changed: 'key changed',
  database_begun: 'new database begun',
  examined: 'examined by skillgate doctor',
} as const

export type AuditEventName = keyof typeof AUDIT_EVENTS

/** Something that whoever runs the gateway may want to know years later. Never with a secret. */
export interface AuditEvent {
  event: AuditEventName
  /** The address that it came from. */
  address?: string
  /** The name of the user that it is about. */
  user?: string
  /** The id of the client that it is about. */
  client?: string
  /** The id of the grant that it is about. */
  grant?: string
  scopes?: string[]
  /** The id of the attempt to link that it belongs to: `linkAttempt` in oauth/ makes it. */
  attempt?: string
  /** Of one that stands for several: how many more of the same there were. */
  more?: number
  detail?: string
}

/** Never throws. */
export type Audit = (event: AuditEvent) => void

/** In bytes; a file that has as much is set aside. There are two series of them: docs/decisions/audit.md. */
const FULL_BYTES = 5_000_000
/** In bytes; so much of what is older is kept. */
const KEPT_BYTES = 2 * FULL_BYTES

/** In characters; what is longer than anything real was sent by somebody who wants to fill the disk. */
const LENGTH_LIMITS = { address: 64, name: 100, client: 1000, detail: 500 }
const SCOPES_LIMIT = 20

/**
 * Adds each event to the file as one line of JSON, and what is important to the one beside it as well. Several processes
 * may do that at once: each line is one write at the end of whichever file is there, and the oldest ones go when there is
 * too much.
 * @param onFailure is told once when events begin to be lost, and again only after one could be written.
 */
export function openAudit(file: string, { now }: Pick<Environment, 'now'>, onFailure: (error: Error) => void): Audit {
  let failing = false
  const isImportant = chooseImportant({ now })

  return function audit(event) {
    try {
      const line = auditLine(event, now())
      addLine(file, line)
      if (isImportant(event)) addLine(importantAuditFile(file), line)
      failing = false
    } catch (error) {
      if (!failing) onFailure(error as Error)
      failing = true
    }
  }
}

function addLine(file: string, line: string): void {
  const { inode, size } = append(file, line)
  if (size >= FULL_BYTES) setAuditFileAside(file, inode, KEPT_BYTES)
}

/** Opened for each line, so that a file which another process has set aside, or somebody has deleted, gets no more. */
function append(file: string, line: string): { inode: number; size: number } {
  const handle = openSync(file, 'a+', 0o600)
  try {
    const { ino: inode, size } = fstatSync(handle)
    if (size === 0) giveToFolderOwner(file)
    const bytes = Buffer.from(endsTorn(handle, size) ? `\n${line}` : line)
    const written = writeSync(handle, bytes)
    if (written < bytes.length) throw new Error(`${file}: only ${written} of ${bytes.length} bytes could be written`)
    return { inode, size: size + written }
  } finally {
    closeSync(handle)
  }
}

/** As after a power cut, or where the disk was full. */
function endsTorn(handle: number, size: number): boolean {
  const last = Buffer.alloc(1)
  return size > 0 && readSync(handle, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a
}

/** The address stands before everything that a client can write, so that fail2ban can't be told another one. */
function auditLine(event: AuditEvent, now: number): string {
  const { event: what, address, user, client, grant, scopes, attempt, more, detail } = event
  const record = {
    time: new Date(now).toISOString(),
    event: what,
    address: address && cut(address, LENGTH_LIMITS.address),
    user: user && cut(user, LENGTH_LIMITS.name),
    client: client && cut(client, LENGTH_LIMITS.client),
    grant: grant && cut(grant, LENGTH_LIMITS.name),
    scopes: scopes?.slice(0, SCOPES_LIMIT).map((scope) => cut(scope, LENGTH_LIMITS.name)),
    attempt: attempt && cut(attempt, LENGTH_LIMITS.name),
    more,
    // All else is known to be what it says; only this may repeat what somebody sent.
    detail: detail && cut(hideSecrets(detail), LENGTH_LIMITS.detail),
  }
  return `${escapeDeceiving(JSON.stringify(record))}\n`
}
