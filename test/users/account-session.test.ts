import { rmSync } from 'node:fs'
import test from 'ava'
import { addKey, keyFile, SealError } from '../../src/secrets/key-file.ts'
import { openSession, sealSessionsAnew } from '../../src/users/account-session.ts'
import { requireUser } from '../../src/users/users.ts'
import { openAccounts } from './accounts.ts'

const NAME = 'music-assistant:anna'

test.serial('a session is sealed anew with the newest key, and nothing else of the user changes', async (t) => {
  const { store, sealer, folder, environment, enter } = await openAccounts(t)
  await enter()
  const before = await requireUser(store, NAME)
  await addKey(keyFile(folder), environment)
  t.false(sealer.isNewest(before.account?.sealedSession ?? ''))
  await sealSessionsAnew({ store, sealer })
  const after = await requireUser(store, NAME)
  t.true(sealer.isNewest(after.account?.sealedSession ?? ''))
  t.is(openSession(sealer, after), 'session-0')
  const { userId, role, sessionAt } = before.account!
  t.like(after, { id: before.id, name: NAME, createdAt: before.createdAt })
  t.like(after.account, { userId, role, sessionAt })
  await sealSessionsAnew({ store, sealer })
  t.is((await requireUser(store, NAME)).revision, after.revision, 'once is enough')
})

test.serial('a session opens for the user alone for whom it was sealed', async (t) => {
  const { store, sealer, ada, enter } = await openAccounts(t)
  await enter()
  const { account } = await requireUser(store, NAME)
  t.throws(() => openSession(sealer, { ...ada, account }), { instanceOf: SealError })
  t.is(openSession(sealer, ada), undefined)
})

test.serial(
  'after a key was lost its session keeps nobody else from being sealed anew, and the next sign-in mends it',
  async (t) => {
    const { store, sealer, folder, environment, enter } = await openAccounts(t)
    await enter()
    rmSync(keyFile(folder))
    await addKey(keyFile(folder), environment)
    const user = await requireUser(store, NAME)
    t.throws(() => openSession(sealer, user), { instanceOf: SealError })
    await t.notThrowsAsync(sealSessionsAnew({ store, sealer }))
    await enter()
    t.is(openSession(sealer, await requireUser(store, NAME)), 'session-1')
  },
)
