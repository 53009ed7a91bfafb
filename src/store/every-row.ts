import { setImmediate } from 'node:timers/promises'
import type { Kind, Records } from './records.ts'
import type { Store } from './store.ts'

/** All rows of a kind whose id begins with `prefix`, a page at a time, so that nobody else waits for long. */
export async function* everyRow<K extends Kind>(
  store: Pick<Store, 'list'>,
  kind: K,
  prefix = '',
): AsyncGenerator<{ id: string; value: Records[K] }> {
  let cursor: string | undefined
  do {
    const page = await store.list(kind, prefix, cursor, 100)
    yield* page.entries
    cursor = page.cursor
    // What a database in this process reads is there at once, and so nothing else would ever have its turn.
    if (cursor !== undefined) await setImmediate()
  } while (cursor !== undefined)
}
