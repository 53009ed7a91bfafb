import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
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
    `${'x'.repeat(43)}\n${'y'.repeat(43)}\n`,
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
