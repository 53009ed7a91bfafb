import type { Environment } from '../../config/environment.ts'
import { sealTokensAnew } from '../../music-assistant/tokens/token-rows.ts'
import { addKey } from '../../secrets/key-file.ts'
import type { Sealer } from '../../secrets/seal.ts'
import type { Store } from '../../store/store.ts'
import { sealSessionsAnew } from '../../users/account-session.ts'
import { sealAnew } from '../../users/second-factor.ts'
import { ROTATING, rememberKeys } from './open-keys.ts'

/** Milliseconds for which nobody else may rotate; whoever was killed meanwhile holds the next one up for no longer. */
const CLAIM_MS = 60_000

/** Where a rotation has got to; tests end the process there. */
export type RotationStep = 'claimed' | 'added' | 'remembered' | 'sealed'

export interface RotationTools {
  /** The key file. */
  file: string
  store: Store
  sealer: Sealer
  environment: Environment
  step?: (step: RotationStep) => void
}

/**
 * Makes a new key, which seals from now on; the earlier ones go on opening. What they sealed is sealed anew. Cut short at
 * any point everything is still readable, and the next rotation does what is left.
 * @returns how many second factors were sealed anew; undefined when somebody else is at it.
 * @throws SealError, StorageError
 */
export async function rotateKey({
  file,
  store,
  sealer,
  environment,
  step = () => {},
}: RotationTools): Promise<number | undefined> {
  const { now } = environment
  // Of two at once each would write the file without the other's key.
  if (!(await store.insert('key', ROTATING, { since: now() }, now() + CLAIM_MS))) return undefined
  try {
    step('claimed')
    // The file first: a name without its key would be a lost one.
    await addKey(file, environment)
    step('added')
    await rememberKeys(store, sealer, environment)
    step('remembered')
    const sealed = await sealAnew({ store, sealer })
    await sealSessionsAnew({ store, sealer })
    await sealTokensAnew({ store, sealer })
    step('sealed')
    return sealed
  } finally {
    await store.delete('key', ROTATING)
  }
}
