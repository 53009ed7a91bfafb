import { removeRegisteredClient } from '../../oauth/clients/registered/registered-clients.ts'
import { revokeGrantsOfUser } from '../../oauth/grants/grants.ts'
import type { Store } from '../../store/store.ts'
import type { AuditRecord } from '../../telemetry/read-audit.ts'
import { removeDevice, removeDevicesOf } from '../../users/devices.ts'
import { disableUser, removeUser } from '../../users/users.ts'

/** Something that was ended after a backup was made, and that the backup would bring back. */
export interface Ended {
  /** For people: what, and since when. */
  words: string
  /** Ends it in this store. */
  endAgain: (store: Store) => Promise<void>
}

/** The link lives on; and an access token doesn't outlive an hour. */
const ONE_ACCESS_TOKEN = 'by its client: access token'

/** What a reader of the audit trail would otherwise wonder about: it can't be had back from a backup. */
const ONLY_OLDER: Record<string, (record: AuditRecord) => string> = {
  password_changed: ({ user }) => `The password of ${user} is the one from before it was changed.`,
  totp_changed: ({ user }) => `The second factor of ${user} is the one from before it was changed.`,
  client_secret_renewed: ({ client }) =>
    `The secret of ${client} is the one from before it was renewed: see what is in its console.`,
}

/**
 * What of a backup was ended since, as the audit trail tells.
 * @param store of the backup.
 * @param records of the time since.
 */
export async function endedSince(store: Store, records: AuditRecord[]): Promise<Ended[]> {
  const found = new Map<string, Ended>()
  for (const record of records) {
    const one = await endedBy(store, record)
    if (one) found.set(one[0], one[1])
    // Whoever is enabled again was meant to be.
    if (record.event === 'user_enabled') found.delete(`disabled ${record.user}`)
  }
  return [...found.values()]
}

/** What is older in a backup than it was, and can't be made newer. */
export function onlyOlder(records: AuditRecord[]): string[] {
  return [...new Set(records.flatMap((record) => ONLY_OLDER[record.event]?.(record) ?? []))]
}

/** Under a name, so that what is told twice counts once. */
async function endedBy(store: Store, record: AuditRecord): Promise<[string, Ended] | undefined> {
  const { event, user, client, grant, time, detail } = record
  const since = time.slice(0, 16).replace('T', ' ')
  switch (event) {
    case 'revoked':
    case 'code_reused':
    case 'refresh_token_reused': {
      if (detail === ONE_ACCESS_TOKEN) return undefined
      if (grant !== undefined) return endedGrant(store, grant, since)
      if (client === undefined || !detail?.startsWith('the client was removed')) return undefined
      if (!(await store.get('client', client))) return undefined
      const endAgain = async (again: Store) => void (await removeRegisteredClient(again, client))
      return [`client ${client}`, { words: `the client ${client}, removed ${since}`, endAgain }]
    }
    case 'user_removed': {
      const row = user === undefined ? undefined : await store.get('user', user)
      if (!row) return undefined
      const endAgain = async (again: Store) => {
        if (await again.get('user', row.name)) await removeUser(again, row.name)
        await revokeGrantsOfUser(again, row.id)
        await removeDevicesOf(again, row.id)
      }
      return [`user ${user}`, { words: `the user ${user} with all that ${user} linked, removed ${since}`, endAgain }]
    }
    case 'device_removed': {
      if (client === undefined || !(await store.get('device-certificate', client))) return undefined
      const endAgain = async (again: Store) => void (await removeDevice(again, client))
      return [`device ${client}`, { words: `the device ${client} of ${user}, removed ${since}`, endAgain }]
    }
    case 'user_disabled': {
      const row = user === undefined ? undefined : await store.get('user', user)
      if (!row || row.disabled) return undefined
      const endAgain = async (again: Store) => {
        if (await again.get('user', row.name)) await disableUser(again, row.name)
      }
      return [`disabled ${user}`, { words: `the access of ${user}, disabled ${since}`, endAgain }]
    }
    default:
      return undefined
  }
}

async function endedGrant(store: Store, id: string, since: string): Promise<[string, Ended] | undefined> {
  const grant = await store.get('grant', id)
  if (!grant) return undefined
  const words = `the link of ${grant.userName} with ${grant.client}, ended ${since}`
  return [`grant ${id}`, { words, endAgain: async (again) => void (await again.delete('grant', id)) }]
}
