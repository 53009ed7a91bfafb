import { argon2Sync, randomBytes } from 'node:crypto'
import test from 'ava'
import { TooBusyError } from '../../src/limits/too-busy-error.ts'
import { checkPassword, hashOfNobody, hashPassword, PASSWORD_CHARACTERS_LIMIT } from '../../src/users/passwords.ts'
import { watchPasswordHashings } from '../support/password-hashings.ts'

const environment = { randomBytes }
const PASSWORD = 'correct horse battery'

test.serial('a hash is argon2id in its usual form, with the costs that OWASP advises', async (t) => {
  const hash = await hashPassword(PASSWORD, environment)
  t.regex(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  t.false(hash.includes(PASSWORD))
})

test.serial('a hash is what argon2id makes of the password and the salt', async (t) => {
  const hash = await hashPassword(PASSWORD, { randomBytes: (size) => Buffer.alloc(size, 3) })
  const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }
  const tag = argon2Sync('argon2id', { message: PASSWORD, nonce: Buffer.alloc(16, 3), ...cost })
  t.is(hash.split('$').at(-1), tag.toString('base64').replace(/=$/, ''))
})

test.serial('two hashes of one password differ', async (t) => {
  t.not(await hashPassword(PASSWORD, environment), await hashPassword(PASSWORD, environment))
})

test.serial('the right password passes and any other fails', async (t) => {
  const hash = await hashPassword(PASSWORD, environment)
  t.true(await checkPassword(PASSWORD, hash))
  for (const wrong of ['', 'wrong', PASSWORD.slice(1), `${PASSWORD} `, `${PASSWORD}\0`, PASSWORD.toUpperCase(), hash]) {
    t.false(await checkPassword(wrong, hash), wrong)
  }
})

test.serial('a password may be in any script', async (t) => {
  const hash = await hashPassword('pässwörd 東京 🎵', environment)
  t.true(await checkPassword('pässwörd 東京 🎵', hash))
  t.false(await checkPassword('password 東京 🎵', hash))
})

test.serial('a hash with other costs, made by an earlier or later release, is still checked', async (t) => {
  const nonce = randomBytes(16)
  const tag = argon2Sync('argon2id', { message: PASSWORD, nonce, tagLength: 24, memory: 64, passes: 1, parallelism: 2 })
  const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  const hash = `$argon2id$v=19$m=64,t=1,p=2$${unpadded(nonce)}$${unpadded(tag)}`
  t.true(await checkPassword(PASSWORD, hash))
  t.false(await checkPassword('wrong', hash))
})

test.serial('a password of 1,024 characters is checked, a longer one is refused without any work', async (t) => {
  const longest = 'x'.repeat(PASSWORD_CHARACTERS_LIMIT)
  const hash = await hashPassword(longest, environment)
  t.true(await checkPassword(longest, hash))
  const watch = watchPasswordHashings()
  t.false(await checkPassword(`${longest}x`, hash))
  t.false(await checkPassword('x'.repeat(1 << 20), hash))
  t.is(watch.started(), 0)
  watch.stop()
})

test.serial('a stored hash of an unknown form is an error, never a wrong or a right password', async (t) => {
  const hash = await hashPassword(PASSWORD, environment)
  const odd = [
    '',
    PASSWORD,
    hash.replace('argon2id', 'argon2i'),
    hash.replace('v=19', 'v=16'),
    `${hash}$`,
    hash.slice(1),
  ]
  for (const encoded of odd) await t.throwsAsync(checkPassword(PASSWORD, encoded), { message: /unknown form/ }, encoded)
})

test.serial('at most two hashings run at the same time, and all of them are done', async (t) => {
  const watch = watchPasswordHashings()
  const hashes = await Promise.all(Array.from({ length: 6 }, () => hashPassword(PASSWORD, environment)))
  const checks = await Promise.all(hashes.map((hash, i) => checkPassword(i % 2 ? PASSWORD : 'wrong', hash)))
  watch.stop()
  t.is(watch.started(), 12)
  t.is(watch.most(), 2)
  t.deepEqual(checks, [false, true, false, true, false, true])
})

test.serial('a hashing that fails gives its place to the next', async (t) => {
  const broken = '$argon2id$v=19$m=1,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA'
  for (let time = 0; time < 5; time++) await t.throwsAsync(checkPassword(PASSWORD, broken))
  const hash = await hashPassword(PASSWORD, environment)
  t.true(await checkPassword(PASSWORD, hash))
})

test.serial(
  'the hash of nobody has the form and the costs of any other, and a different password each time',
  async (t) => {
    const [first, second] = [await hashOfNobody(environment), await hashOfNobody(environment)]
    t.regex(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    t.not(first, second)
    t.false(await checkPassword('', first))
  },
)

test('a password is the same whichever way a keyboard composes its letters', async (t) => {
  const composed = 'grüner Tee mit Süße'.normalize('NFC')
  const decomposed = composed.normalize('NFD')
  t.not(composed, decomposed)
  t.true(await checkPassword(decomposed, await hashPassword(composed, { randomBytes })))
  t.true(await checkPassword(composed, await hashPassword(decomposed, { randomBytes })))
})

test.serial(
  'while two are hashed and twenty wait, another one is refused at once, and all the others are done',
  async (t) => {
    const hashings = await Promise.allSettled(Array.from({ length: 25 }, () => hashPassword(PASSWORD, environment)))
    const refused = hashings.filter((hashing) => hashing.status === 'rejected')
    t.is(refused.length, 3)
    for (const { reason } of refused) t.true(reason instanceof TooBusyError)
    t.regex(await hashPassword(PASSWORD, environment), /^\$argon2id/)
  },
)
