import { createPrivateKey, randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { makeLeafCertificate } from '../../src/certificates/local/local-ca.ts'
import {
  certificateIn,
  changed,
  consistent,
  copied,
  DAY,
  get,
  NAMES,
  NOW,
  removeAll,
  text,
} from '../support/certificates.ts'

test.after.always(removeAll)

test('the certificate is kept with 30 days left and renewed a millisecond later, under the same CA', async (t) => {
  const directory = await copied()
  const end = (await certificateIn(directory, 'local.pem')).validToDate.getTime()
  t.false((await get(directory, end - 30 * DAY)).made)
  t.true((await get(directory, end - 30 * DAY + 1)).made)
  t.deepEqual(await changed(directory), ['local.pem'])
  t.true(await consistent(directory))
})

test('a name that is new renews the certificate, one that is gone does not', async (t) => {
  const directory = await copied()
  t.false((await get(directory, NOW, ['localhost'])).made)
  const renewed = await get(directory, NOW, ['gate.home.example', '[::1]', '10.0.0.2'])
  t.true(renewed.made)
  t.deepEqual(renewed.names, ['gate.home.example', '0:0:0:0:0:0:0:1', '10.0.0.2'])
  t.deepEqual(await changed(directory), ['local.pem'])
})

test('a certificate that begins in the future is remade', async (t) => {
  const directory = await copied()
  await rm(join(directory, 'local.pem'))
  await get(directory, NOW + 2 * 3_600_000)
  t.true((await get(directory)).made)
})

test('a CA that ends before a new certificate would is renewed with it, one that lasts just as long is not', async (t) => {
  const directory = await copied()
  const end = (await certificateIn(directory, 'local-ca.pem')).validToDate.getTime()
  const lastMoment = end - 397 * DAY + 3_600_000
  await get(directory, lastMoment)
  t.deepEqual(await changed(directory), ['local.pem'])
  t.is((await certificateIn(directory, 'local.pem')).validToDate.getTime(), end)
  await rm(join(directory, 'local.pem'))
  await get(directory, lastMoment + 1000)
  t.deepEqual(await changed(directory), ['local-ca.pem', 'local.pem'])
  t.true(await consistent(directory))
})

test('an old CA stays for as long as the certificate it signed is good', async (t) => {
  const directory = await copied()
  const end = (await certificateIn(directory, 'local-ca.pem')).validToDate.getTime()
  await get(directory, end - 397 * DAY + 3_600_000)
  t.false((await get(directory, end - 31 * DAY)).made)
})

test('a certificate that would outlive its CA is remade with a new CA', async (t) => {
  const directory = await copied()
  const [ca, caKey] = [
    await certificateIn(directory, 'local-ca.pem'),
    createPrivateKey(await text(directory, 'local-ca.key')),
  ]
  const key = createPrivateKey(await text(directory, 'local.key'))
  const now = ca.validToDate.getTime() - 100 * DAY
  const leaf = makeLeafCertificate({ ca, caKey, key, names: NAMES, now, randomBytes })
  await writeFile(join(directory, 'local.pem'), leaf + ca.toString())
  t.true((await get(directory, now)).made)
  t.deepEqual(await changed(directory), ['local-ca.pem', 'local.pem'])
})

test('an expired CA is replaced, even when its key is lost', async (t) => {
  const directory = await copied()
  const end = (await certificateIn(directory, 'local-ca.pem')).validToDate.getTime()
  await rm(join(directory, 'local-ca.key'))
  await t.throwsAsync(get(directory, end), { code: 'ca_key_missing' })
  t.true((await get(directory, end + 1)).made)
  t.deepEqual(await changed(directory), ['local-ca.key', 'local-ca.pem', 'local.pem'])
  t.true(await consistent(directory))
})
