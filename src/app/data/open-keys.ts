import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'
import { keyFile, readKeys, SealError } from '../../secrets/key-file.ts'
import { openSealer, type Sealer } from '../../secrets/seal.ts'
import { everyRow } from '../../store/every-row.ts'
import type { Store } from '../../store/store.ts'
import { sealedSecondFactors } from '../../users/second-factor.ts'

/** The row of whoever is rotating the key, and no key's name. */
export const ROTATING = 'rotating'

/**
 * Opens the keys that something in this database was sealed with. The database remembers their names, so that a key that
 * was lost is noticed at once, and not when somebody can't sign in any more.
 * @throws SealError when one is missing, or the file can't be used.
 */
export async function openKeys(
  { data_dir }: Pick<Config, 'data_dir'>,
  store: Store,
  environment: Environment,
): Promise<Sealer> {
  const file = keyFile(data_dir)
  if ((await lostKeys(file, store)).length > 0) throw new SealError(lostKeyMessage(file))
  const sealer = await openSealer(file, environment)
  await rememberKeys(store, sealer, environment)
  return sealer
}

/** So that a start notices when one of them is missing. */
export async function rememberKeys(
  store: Store,
  sealer: Pick<Sealer, 'names'>,
  { now }: Pick<Environment, 'now'>,
): Promise<void> {
  for (const name of sealer.names()) await store.insert('key', name, { since: now() })
}

/** The names of the keys that this database was used with and that the file hasn't. @throws SealError */
export async function lostKeys(file: string, store: Store): Promise<string[]> {
  const there = new Set(readKeys(file)?.map(({ name }) => name))
  const used = new Set<string>()
  for await (const { id } of everyRow(store, 'key')) if (id !== ROTATING) used.add(id)
  if (used.size > 0) return [...used].filter((name) => !there.has(name))
  // Before there were such rows, only this told that there had been a key.
  for (const { keyName } of await sealedSecondFactors(store)) used.add(keyName)
  return [...used].filter((name) => !there.has(name))
}

function lostKeyMessage(file: string): string {
  return `${file} lacks a key that this database was used with: it was lost, or belongs to another database. Nothing was changed. Put it back from a backup. If there is none, "npx skillgate key new" makes another one, and says whose second factor has to be set up anew.`
}
