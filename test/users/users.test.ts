import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import {
  addUser,
  changePassword,
  disableUser,
  enableUser,
  listUsers,
  passwordVerifier,
  removeUser,
  UserError,
} from '../../src/users/users.ts'
import { temporaryFolder, testEnvironment } from '../support/environment.ts'
import { watchPasswordHashings } from '../support/password-hashings.ts'

const ADA = { name: 'ada', password: 'correct horse battery' }

async function openUsers(t: ExecutionContext) {
  const environment = testEnvironment()
  const store = await openKeyvStore(join(temporaryFolder(t), 'skillgate.db'), environment.now)
  t.teardown(() => store.close())
  return { store, environment }
}

const userError = (message: string) => ({ instanceOf: UserError, message })

test.serial('a user is added under the canonical name, and shown as it was typed', async (t) => {
  const { store, environment } = await openUsers(t)
  const user = await addUser(store, environment, { ...ADA, name: 'Ada.L' })
  t.like(user, { revision: 1, name: 'ada.l', displayName: 'Ada.L', createdAt: environment.now() })
  t.regex(user.id, /^[0-9a-f]{24}$/)
  t.deepEqual(await store.get('user', 'ada.l'), user)
  t.false(JSON.stringify(user).includes(ADA.password))
  const shown = await addUser(store, environment, { ...ADA, name: 'bob', displayName: 'Bob <b>' })
  t.is(shown.displayName, 'Bob <b>')
  t.not(shown.id, user.id)
})

test.serial('a name that is taken, in whatever case, is not given twice, also when two ask at once', async (t) => {
  const { store, environment } = await openUsers(t)
  const first = await addUser(store, environment, ADA)
  for (const name of ['ada', 'ADA']) {
    const again = addUser(store, environment, { name, password: 'another password' })
    await t.throwsAsync(again, userError('There is already a user called ada.'))
  }
  t.deepEqual(await store.get('user', 'ada'), first)
  const bob = { name: 'bob', password: 'a password of his own' }
  const both = await Promise.allSettled([addUser(store, environment, bob), addUser(store, environment, bob)])
  t.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test.serial('a name of another form is refused, and the message says which form it has', async (t) => {
  const { store, environment } = await openUsers(t)
  for (const name of ['', 'ada lovelace', 'ᴬdmin', 'x'.repeat(65)]) {
    const message = `A user name is 1 to 64 ASCII letters, digits and . - _ @; "${name}" is not.`
    await t.throwsAsync(addUser(store, environment, { ...ADA, name }), userError(message))
    await t.throwsAsync(removeUser(store, name), userError(message))
    await t.throwsAsync(changePassword(store, environment, name, ADA.password), userError(message))
  }
  t.deepEqual(await listUsers(store), [])
})

test.serial('a display name has 1 to 100 characters on one line, for it becomes a header', async (t) => {
  const { store, environment } = await openUsers(t)
  const message = 'A display name has 1 to 100 characters on one line.'
  for (const displayName of [
    '',
    'x'.repeat(101),
    'Ada\nLovelace',
    'Ada\r\nX-Remote-User-Id: 1',
    'Ada\0',
    'Ada\u202e',
  ]) {
    await t.throwsAsync(addUser(store, environment, { ...ADA, displayName }), userError(message))
  }
  const shown = ['x'.repeat(100), 'Ada Lovelace', 'Ædä 東京 🎵', '<b>"']
  for (const [i, displayName] of shown.entries()) {
    t.is((await addUser(store, environment, { ...ADA, name: `ada${i}`, displayName })).displayName, displayName)
  }
})

test.serial('a password that is too easy is neither taken for a new user nor for one who is there', async (t) => {
  const { store, environment } = await openUsers(t)
  const wrong = {
    '123456789': 'A password has at least 10 characters.',
    ['x'.repeat(1025)]: 'A password has at most 1024 characters.',
    'ADA.LOVELACE': 'The password must not be the name.',
    Password123: /^This password is too easy to guess\. It is one of the passwords that everybody tries first\./,
  }
  for (const [password, message] of Object.entries(wrong)) {
    const adding = addUser(store, environment, { name: 'Ada.Lovelace', password })
    await t.throwsAsync(adding, { instanceOf: UserError, message })
  }
  const ada = await addUser(store, environment, { ...ADA, name: 'Ada.Lovelace' })
  for (const [password, message] of Object.entries(wrong)) {
    const changing = changePassword(store, environment, 'Ada.Lovelace', password)
    await t.throwsAsync(changing, { instanceOf: UserError, message })
  }
  t.deepEqual(await store.get('user', 'ada.lovelace'), ada)
})

test.serial('a changed password takes the place of the old one and leaves the user the same', async (t) => {
  const { store, environment } = await openUsers(t)
  const before = await addUser(store, environment, ADA)
  await changePassword(store, environment, 'ADA', 'a whole new password')
  const after = await store.get('user', 'ada')
  t.deepEqual(after, { ...before, revision: 2, sessionEpoch: 1, password: after?.password ?? '' })
  t.not(after?.password, before.password)
  const verify = await passwordVerifier(store, environment)
  t.is(await verify('ada', ADA.password), undefined)
  t.is((await verify('ada', 'a whole new password'))?.id, before.id)
})

test.serial('of two changes at the same time one is made, and the other is told so', async (t) => {
  const { store, environment } = await openUsers(t)
  await addUser(store, environment, ADA)
  const changes = ['the first new password', 'the second new password'].map((password) =>
    changePassword(store, environment, 'ada', password),
  )
  const results = await Promise.allSettled(changes)
  const lost = results.filter((result) => result.status === 'rejected')
  t.is(lost.length, 1)
  t.is(lost[0]?.reason.message, 'Somebody else changed ada at the same moment. Try again.')
  t.is((await store.get('user', 'ada'))?.revision, 2)
})

test.serial('a user who was removed while the password was changed does not come back', async (t) => {
  const { store, environment } = await openUsers(t)
  await addUser(store, environment, ADA)
  const changing = changePassword(store, environment, 'ada', 'a whole new password')
  await removeUser(store, 'ada')
  await t.throwsAsync(changing, { instanceOf: UserError })
  t.is(await store.get('user', 'ada'), undefined)
})

test.serial('a disabled user is verified no more, and with the same password again when enabled', async (t) => {
  const { store, environment } = await openUsers(t)
  const before = await addUser(store, environment, ADA)
  const verify = await passwordVerifier(store, environment)
  t.like(await disableUser(store, 'ADA'), { name: 'ada', disabled: true, sessionEpoch: 1 })
  t.is(await verify('ada', ADA.password), undefined)
  await enableUser(store, 'Ada')
  t.deepEqual(await verify('ada', ADA.password), { ...before, revision: 3, sessionEpoch: 1 })
})

test.serial('users are listed by name, also more than a page of them', async (t) => {
  const { store, environment } = await openUsers(t)
  t.deepEqual(await listUsers(store), [])
  const user = await addUser(store, environment, ADA)
  const names = Array.from({ length: 250 }, (_, i) => `user${String(i).padStart(3, '0')}`)
  for (const name of names) await store.put('user', name, { ...user, name })
  t.deepEqual(
    (await listUsers(store)).map(({ name }) => name),
    ['ada', ...names],
  )
})

test.serial('a user is removed under any spelling of the name, and nobody else is', async (t) => {
  const { store, environment } = await openUsers(t)
  const user = await addUser(store, environment, ADA)
  await addUser(store, environment, { ...ADA, name: 'ada2' })
  t.deepEqual(await removeUser(store, 'Ada'), user)
  t.deepEqual(
    (await listUsers(store)).map(({ name }) => name),
    ['ada2'],
  )
})

test.serial(
  'somebody who is not there can neither be removed nor changed, and the message says how to look',
  async (t) => {
    const { store, environment } = await openUsers(t)
    const nobody = userError('There is no user called bob. "skillgate user list" shows who there is.')
    await t.throwsAsync(removeUser(store, 'bob'), nobody)
    await t.throwsAsync(changePassword(store, environment, 'bob', ADA.password), nobody)
    await t.throwsAsync(disableUser(store, 'bob'), nobody)
    await t.throwsAsync(enableUser(store, 'bob'), nobody)
  },
)

test.serial('a user of the same name as one who was removed is somebody else', async (t) => {
  const { store, environment } = await openUsers(t)
  const first = await addUser(store, environment, ADA)
  await removeUser(store, 'ada')
  t.not((await addUser(store, environment, ADA)).id, first.id)
})

test.serial('a name with its password is verified; with any other password, or none, it is not', async (t) => {
  const { store, environment } = await openUsers(t)
  const user = await addUser(store, environment, ADA)
  const verify = await passwordVerifier(store, environment)
  t.deepEqual(await verify('ada', ADA.password), user)
  t.deepEqual(await verify('ADA', ADA.password), user)
  for (const password of ['', 'wrong', String(user.password), 'x'.repeat(2000)])
    t.is(await verify('ada', password), undefined)
  for (const name of ['bob', '', ' ada', '__proto__', 'ᴬda']) t.is(await verify(name, ADA.password), undefined, name)
})

test.serial(
  '47. a name that nobody has, or that is no name, costs the same hashing as one that somebody has',
  async (t) => {
    const { store, environment } = await openUsers(t)
    await addUser(store, environment, ADA)
    const verify = await passwordVerifier(store, environment)
    for (const [name, password] of [
      ['ada', ADA.password],
      ['ada', 'wrong'],
      ['bob', 'wrong'],
      ['', 'wrong'],
      ['ᴬda', 'wrong'],
      ['x'.repeat(100), ''],
    ] as const) {
      const watch = watchPasswordHashings()
      await verify(name, password)
      watch.stop()
      t.is(watch.started(), 1, name)
    }
  },
)

test.serial('while the store fails nobody is verified and nobody is turned away', async (t) => {
  const { store, environment } = await openUsers(t)
  await addUser(store, environment, ADA)
  const verify = await passwordVerifier(store, environment)
  await store.close()
  await t.throwsAsync(verify('ada', ADA.password), { instanceOf: StorageError })
})
