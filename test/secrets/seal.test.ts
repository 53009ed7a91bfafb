import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import { addKey } from '../../src/secrets/key-file.ts'
import { keyFile, openSealer, SealError } from '../../src/secrets/seal.ts'
import { temporaryFolder } from '../support/environment.ts'

const environment = { randomBytes }
const newKeyFile = (t: ExecutionContext) => keyFile(join(temporaryFolder(t), 'data'))

test('what was sealed opens again, also after a restart', async (t) => {
  const file = newKeyFile(t)
  const sealer = await openSealer(file, environment)
  for (const text of ['', 'JBSWY3DPEHPK3PXP', 'ß東🎵', 'x'.repeat(10_000)]) {
    const sealed = sealer.seal(text, 'totp:1')
    t.is(sealer.open(sealed, 'totp:1'), text)
    t.is((await openSealer(file, environment)).open(sealed, 'totp:1'), text)
    t.false(text.length > 0 && sealed.includes(text))
  }
})

test('the same text is sealed differently each time', async (t) => {
  const sealer = await openSealer(newKeyFile(t), environment)
  t.not(sealer.seal('text', 'totp:1'), sealer.seal('text', 'totp:1'))
})

test('the key file is made once, for its owner alone', async (t) => {
  const file = newKeyFile(t)
  await openSealer(file, environment)
  const first = readFileSync(file, 'utf8')
  t.regex(first, /^[A-Za-z0-9_-]{43}\n$/)
  t.is(statSync(file).mode & 0o777, 0o600)
  await openSealer(file, environment)
  t.is(readFileSync(file, 'utf8'), first)
})

test('of several processes that make the key file at once all end up with the same key', async (t) => {
  const file = newKeyFile(t)
  const sealers = await Promise.all(Array.from({ length: 8 }, () => openSealer(file, environment)))
  const sealed = sealers[0]!.seal('text', 'totp:1')
  for (const sealer of sealers) t.is(sealer.open(sealed, 'totp:1'), 'text')
})

test('what was sealed for one user does not open for another, nor for another purpose', async (t) => {
  const sealer = await openSealer(newKeyFile(t), environment)
  const sealed = sealer.seal('text', 'totp:1')
  for (const purpose of ['totp:2', 'totp', 'token:1', '']) {
    t.throws(() => sealer.open(sealed, purpose), { instanceOf: SealError, message: /damaged or was moved/ }, purpose)
  }
})

test('whatever is changed or cut off of what was sealed, it does not open', async (t) => {
  const sealer = await openSealer(newKeyFile(t), environment)
  const [name, data = ''] = sealer.seal('some text', 'totp:1').split('.')
  const bytes = Buffer.from(data, 'base64url')
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes)
    changed[index]! ^= 1
    t.throws(() => sealer.open(`${name}.${changed.toString('base64url')}`, 'totp:1'), { instanceOf: SealError })
    const cut = bytes.subarray(0, index).toString('base64url')
    t.throws(() => sealer.open(`${name}.${cut}`, 'totp:1'), { instanceOf: SealError })
  }
  t.throws(() => sealer.open('', 'totp:1'), { instanceOf: SealError })
  t.throws(() => sealer.open(name!, 'totp:1'), { instanceOf: SealError })
})

test('when the key file was lost, the error says so, and what to do', async (t) => {
  const file = newKeyFile(t)
  const sealed = (await openSealer(file, environment)).seal('text', 'totp:1')
  rmSync(file)
  const other = await openSealer(file, environment)
  const { message } = t.throws(() => other.open(sealed, 'totp:1'), { instanceOf: SealError })!
  t.true(message.includes(file))
  t.regex(message, /lost or replaced.*back from a backup.*skillgate user totp NAME/)
})

test('a damaged key file is never overwritten, and the error says what to do', async (t) => {
  const file = newKeyFile(t)
  await openSealer(file, environment)
  for (const text of [
    '',
    '\n',
    'short',
    `${'x'.repeat(44)}\n`,
    `${'x'.repeat(43)}\n${'y'.repeat(42)}\n`,
    `${'x'.repeat(43)}\n${'x'.repeat(43)}\n`,
    `${'x'.repeat(43)}\n\n${'y'.repeat(43)}\n`,
    `${'é'.repeat(43)}`,
  ]) {
    writeFileSync(file, text)
    await t.throwsAsync(
      openSealer(file, environment),
      { instanceOf: SealError, message: /damaged.*from a backup/ },
      text,
    )
    t.is(readFileSync(file, 'utf8'), text)
  }
  t.true(new SealError('') instanceof StorageError)
})

test('a key for something else is of 32 bytes, the same at each start, and another for each purpose', async (t) => {
  const file = newKeyFile(t)
  const [first, again] = [await openSealer(file, environment), await openSealer(file, environment)]
  const other = await openSealer(newKeyFile(t), environment)
  const key = first.key('rotation')
  t.is(key.length, 32)
  t.deepEqual(again.key('rotation'), key)
  t.notDeepEqual(first.key('csrf'), key)
  t.notDeepEqual(other.key('rotation'), key)
  t.not(key.toString('base64url'), readFileSync(file, 'utf8').trim())
})

test('71. with a new key in the file it seals with that, and opens what any of them has sealed, also in another process', async (t) => {
  const file = newKeyFile(t)
  const sealer = await openSealer(file, environment)
  const first = readFileSync(file, 'utf8')
  const sealed = [sealer.seal('one', 'totp:1')]
  for (const text of ['two', 'three']) {
    const before = sealer.seal('before', 'totp:1')
    await addKey(file, environment)
    t.false(sealer.isNewest(before), 'who has opened it before notices')
    sealed.push(sealer.seal(text, 'totp:1'))
    t.true(sealer.isNewest(sealed.at(-1)!))
  }
  t.is(new Set(sealed.map((one) => one.split('.')[0])).size, 3)
  for (const one of [sealer, await openSealer(file, environment)]) {
    t.deepEqual(
      sealed.map((text) => one.open(text, 'totp:1')),
      ['one', 'two', 'three'],
    )
    t.deepEqual(one.names(), sealed.map((text) => text.split('.')[0]!).reverse())
  }
  t.true(readFileSync(file, 'utf8').endsWith(first), 'the earlier ones stay')
  t.is(statSync(file).mode & 0o777, 0o600)
})

test('71. a key for something else is the newest one’s, and those of the earlier ones are there besides', async (t) => {
  const file = newKeyFile(t)
  const sealer = await openSealer(file, environment)
  t.deepEqual(sealer.earlierKeys('csrf'), [])
  const first = sealer.key('csrf')
  await addKey(file, environment)
  const second = sealer.key('csrf')
  t.notDeepEqual(second, first)
  await addKey(file, environment)
  t.deepEqual(sealer.earlierKeys('csrf'), [second, first])
})

test('71. what one process has read it goes on opening with, also when the file is gone, broken or another one', async (t) => {
  const file = newKeyFile(t)
  const sealer = await openSealer(file, environment)
  const sealed = sealer.seal('text', 'totp:1')
  rmSync(file)
  t.is(sealer.open(sealed, 'totp:1'), 'text')
  writeFileSync(file, 'broken')
  t.is(sealer.open(sealed, 'totp:1'), 'text')
  rmSync(file)
  await openSealer(file, environment)
  t.is(sealer.open(sealed, 'totp:1'), 'text')
})

test('71. what was sealed before there could be several keys opens still', async (t) => {
  const file = newKeyFile(t)
  await openSealer(file, environment)
  writeFileSync(file, 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE\n')
  const sealer = await openSealer(file, environment)
  t.is(
    sealer.open('Ku87IXBY.BwcHBwcHBwcHBwcHMbGEnuXYbu5FvKEimB9i-fEBWiqzH2Ag6pxntsKjRGI', 'totp:1'),
    'JBSWY3DPEHPK3PXP',
  )
})
