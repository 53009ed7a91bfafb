import { statSync, truncateSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import { code, openStore } from '../../support/keyv-store.ts'

test('69. the index of the log cut off by another program does not kill the process, loses nothing, and is told of', async (t) => {
  const { store, file } = await openStore(t)
  for (let i = 0; i < 50; i++) await store.put('code', `${i}`, code)
  const calls = [
    () => store.get('code', '0'),
    () => store.put('code', 'new', code),
    async () => store.changesByOthers(),
    () => store.list('code', '', undefined, 10),
    async () => store.maintain(),
  ]
  for (const size of [0, 1, 4096]) {
    for (const call of calls) {
      truncateSync(`${file}-shm`, size)
      await call()
      t.is(statSync(`${file}-shm`).size, 32_768)
    }
    truncateSync(`${file}-shm`, size)
    t.regex(store.maintain() ?? '', /-shm was cut off by another program, and mended/)
  }
  for (let i = 0; i < 50; i++) t.truthy(await store.get('code', `${i}`))
  const other = new DatabaseSync(file)
  t.is(other.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok')
  t.is(other.prepare('SELECT count(*) AS rows FROM keyv').get()?.rows, 51)
  other.close()
})
