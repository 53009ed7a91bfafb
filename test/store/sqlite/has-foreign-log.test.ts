import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { code } from '../../support/keyv-store.ts'

/** Puts rows that nobody else has. */
async function fill(store: Store, prefix: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await store.put('code', `${prefix}${i}`.padEnd(43, '-'), code, Date.now() + 60_000)
}

test('67. a database beside which the log of another one was left is refused unchanged, and told so', async (t) => {
  const folder = temporaryFolder(t)
  const [file, other] = [join(folder, 'skillgate.db'), join(folder, 'other.db')]
  const first = await openKeyvStore(file, Date.now)
  await fill(first, 'first', 400)
  await first.close()
  const second = await openKeyvStore(other, Date.now)
  await fill(second, 'second', 60)
  copyFileSync(`${other}-wal`, `${file}-wal`)
  await second.close()

  const before = [readFileSync(file), readFileSync(`${file}-wal`)]
  const error = await t.throwsAsync(openKeyvStore(file, Date.now), {
    message: /the log beside it, .*, is another one's/,
  })
  t.regex(error.message, /mv \S+-wal \S+-wal\.other/)
  t.deepEqual([readFileSync(file), readFileSync(`${file}-wal`)], before)

  renameSync(`${file}-wal`, `${file}-wal.other`)
  const again = await openKeyvStore(file, Date.now)
  t.is((await again.list('code', '', undefined, 1000)).entries.length, 400)
  await again.close()
})

test('67. a database that is damaged itself is not blamed on its log', async (t) => {
  const file = join(temporaryFolder(t), 'skillgate.db')
  const store = await openKeyvStore(file, Date.now)
  await fill(store, 'row', 400)
  await store.close()
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.fill(0x5a, 8192, 12_288))
  await t.throwsAsync(openKeyvStore(file, Date.now), { message: /it is damaged.*Put a backup in its place/s })
})
