import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import test from 'ava'
import { filesSource } from '../../src/certificates/files/files-source.ts'
import { localSource } from '../../src/certificates/local/local-source.ts'
import { certificateIn, changed, copied, DAY, NAMES, NOW, original, removeAll } from '../support/certificates.ts'

test.after.always(removeAll)

test('the source of files loads what is there, and says which files to watch', async (t) => {
  const [certificate, key] = [join(original, 'local.pem'), join(original, 'local.key')]
  const source = filesSource({ certificate, key, host: NAMES[0]!, now: () => NOW })
  t.deepEqual(source.files, [certificate, key])
  t.deepEqual((await source.load())[0]?.names.slice(0, 2), NAMES.slice(0, 2))
})

test('the source of files looks at the clock at each load', async (t) => {
  let now = NOW
  const [certificate, key] = [join(original, 'local.pem'), join(original, 'local.key')]
  const source = filesSource({ certificate, key, host: NAMES[0]!, now: () => now })
  t.is((await source.load()).length, 1)
  now += 400 * DAY
  await t.throwsAsync(source.load(), { code: 'certificate_expired' })
})

test('the local source renews its certificate when it is loaded again in time for that', async (t) => {
  let now = NOW
  const directory = await copied()
  const source = localSource({ directory, names: NAMES, now: () => now, randomBytes })
  t.false((await source.load())[0]?.made)
  now += 380 * DAY
  t.true((await source.load())[0]?.made)
  t.deepEqual(await changed(directory), ['local.pem'])
  t.true((await certificateIn(directory, 'local.pem')).validToDate.getTime() > now + 380 * DAY)
})
