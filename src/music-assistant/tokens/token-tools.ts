import type { Environment } from '../../config/environment.ts'
import type { CallUpstream } from '../../http/call-upstream.ts'
import type { Sealer } from '../../secrets/seal.ts'
import type { UserRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import type { Audit } from '../../telemetry/audit.ts'
import type { Logger } from '../../telemetry/log.ts'

/** What people's own tokens are made, kept and ended with. */
export interface TokenTools extends Pick<Environment, 'now' | 'randomBytes'> {
  store: Store
  sealer: Sealer
  audit: Audit
  log: Logger
  /** Milliseconds of a clock that only counts on. */
  monotonic: () => number
  /** Whether the wall clock is in doubt. */
  inDoubt: () => boolean
  /** Calls an upstream by its name. @returns undefined where the configuration has none of that name. */
  callTo: (upstream: string) => CallUpstream | undefined
  /** The session with which somebody's account was given. @throws SealError when it can't be read any more. */
  openAccountSession: (user: UserRecord) => string | undefined
  /** Whether people act with their own tokens at an upstream of this name. */
  isPersonal: (upstream: string) => boolean
  /** Under which the gateway is reached. */
  host: () => string
  /** Differs when something may have been revoked or changed by another process. @throws StorageError */
  generation: () => number
  /** To be called when a grant was ended. */
  forgetAll: () => void
}

/** Somebody with an account at an upstream. @throws StorageError */
export async function findUser(
  { store }: Pick<TokenTools, 'store'>,
  { userName, userId }: { userName: string; userId: string },
): Promise<UserRecord | undefined> {
  const user = await store.get('user', userName)
  return user?.id === userId ? user : undefined
}
