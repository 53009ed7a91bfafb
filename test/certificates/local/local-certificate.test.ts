import { spawn } from 'node:child_process'
import { randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { copyFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { localCertificate } from '../../../src/certificates/local/local-certificate.ts'
import {
  changed,
  consistent,
  copied,
  DAY,
  FILES,
  get,
  NAMES,
  NOW,
  original,
  removeAll,
  stranger,
  temporary,
  text,
} from '../../support/certificates.ts'

test.after.always(removeAll)

test('the first start makes a folder of its own, a CA and a certificate', async (t) => {
  const directory = join(await temporary(), 'deep', 'certs')
  const made = await get(directory)
  t.deepEqual((await readdir(directory)).sort(), FILES)
  t.true(await consistent(directory))
  t.true(made.made)
  t.deepEqual(made.names, ['dev.jasonhollis.com', 'localhost', '127.0.0.1', '0:0:0:0:0:0:0:1'])
  t.is(made.notAfter, NOW - 3_600_000 + 397 * DAY)
  t.is(made.caFile, join(directory, 'local-ca.pem'))
  t.is((await stat(directory)).mode & 0o777, 0o700)
  for (const key of ['local-ca.key', 'local.key']) t.is((await stat(join(directory, key))).mode & 0o777, 0o600)
})

test('a later start keeps everything', async (t) => {
  const directory = await copied()
  const again = await get(directory)
  t.false(again.made)
  t.deepEqual(await changed(directory), [])
  t.is(again.key, await text(original, 'local.key'))
  t.is(again.certificate, await text(original, 'local.pem'))
})

test('a certificate that changes under our hands is an error, not an endless loop', async (t) => {
  const directory = await copied()
  await rm(join(directory, 'local.pem'))
  const keys = await Promise.all([text(original, 'local.key'), text(stranger, 'local.key')])
  let turn = 0
  const meddling = (size: number) => {
    if (size === 16) writeFileSync(join(directory, 'local.key'), keys[++turn % 2]!)
    return randomBytes(size)
  }
  const options = { directory, names: NAMES, now: NOW, randomBytes: meddling }
  await t.throwsAsync(localCertificate(options), { code: 'unsettled' })
})

for (const name of ['local-ca.key', 'local.key']) {
  test(`a ${name} that another process makes meanwhile is kept`, async (t) => {
    const directory = await temporary()
    const path = join(directory, name)
    const key = await text(stranger, name)
    const racing = (size: number) => {
      if (!existsSync(path)) writeFileSync(path, key)
      return randomBytes(size)
    }
    // For the CA's key this is the first thing asked for; the certificate's key comes after a CA that is there.
    if (name === 'local.key')
      for (const file of FILES.slice(0, 2)) await copyFile(join(original, file), join(directory, file))
    await localCertificate({ directory, names: NAMES, now: NOW, randomBytes: racing })
    t.is(await text(directory, name), key)
    t.true(await consistent(directory))
  })
}

test('many calls at once end with one CA and a pair that matches', async (t) => {
  const directory = join(await temporary(), 'certs')
  const all = await Promise.all(Array.from({ length: 6 }, () => get(directory)))
  t.true(await consistent(directory))
  const key = await text(directory, 'local.key')
  const ca = await text(directory, 'local-ca.pem')
  t.true(all.every((one) => one.key === key))
  t.true(all.every(({ certificate }) => certificate.endsWith(new X509Certificate(ca).toString())))
  t.deepEqual((await readdir(directory)).sort(), FILES)
})

test('processes that start at once end with one CA and a pair that matches', async (t) => {
  const directory = join(await temporary(), 'certs')
  const module = new URL('../../../src/certificates/local/local-certificate.ts', import.meta.url)
  const script = `
    import { randomBytes } from 'node:crypto'
    import { localCertificate } from '${module}'
    const options = { directory: process.argv[1], names: ['localhost'], now: ${NOW}, randomBytes }
    process.stdout.write((await localCertificate(options)).key)`
  const run = async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const output = child.stdout.setEncoding('utf8').toArray()
    const [status] = await once(child, 'close')
    return { status, key: (await output).join('') }
  }
  const ends = await Promise.all([run(), run(), run()])
  t.true(await consistent(directory))
  const key = await text(directory, 'local.key')
  for (const end of ends) t.deepEqual(end, { status: 0, key })
})
