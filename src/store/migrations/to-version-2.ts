import type { Migration, StoredValue } from './migration.ts'

/** A sign-in has a state with a name, and a device is said to poll, as RFC 8628 calls it. */
export const toVersion2: Migration = {
  version: 2,
  rows: { session: nameState, device: renameAskedAt },
}

function nameState(value: StoredValue): StoredValue {
  const { half, ...session } = value
  // Nobody is ever signed in by a version in the file's header that is damaged.
  return 'state' in session ? value : { ...session, state: half === true ? 'pending' : 'signed-in' }
}

function renameAskedAt({ askedAt, ...device }: StoredValue): StoredValue {
  return askedAt === undefined ? device : { ...device, polledAt: askedAt }
}
