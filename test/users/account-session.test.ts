import test from 'ava'
import { addKey, keyFile, SealError } from '../../src/secrets/key-file.ts'
import { openSealer } from '../../src/secrets/seal.ts'
import { openSession, sealSessionsAnew } from '../../src/users/account-session.ts'
import { requireUser } from '../../src/users/users.ts'
import { temporaryFolder } from '../support/environment.ts'
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
  'what was sealed with a key that is lost stays as it is, and keeps nothing else from being sealed anew',
  async (t) => {
    const { store, environment, enter } = await openAccounts(t)
    await enter()
    const before = await requireUser(store, NAME)
    const sealer = await openSealer(keyFile(temporaryFolder(t)), environment)
    t.throws(() => openSession(sealer, before), { instanceOf: SealError })
    await t.notThrowsAsync(sealSessionsAnew({ store, sealer }))
    t.deepEqual(await requireUser(store, NAME), before)
  },
)
