import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { CommandError } from '../../src/cli/command-error.ts'
import { runCommand } from '../../src/cli/commands.ts'
import {
  closeRegistrationWindow,
  openRegistrationWindow,
  registrationWindow,
} from '../../src/oauth/clients/registered/registration-window.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { addUser, disableUser, requireUser } from '../../src/users/users.ts'
import { seededRandom } from '../faults/seeded-random.ts'
import { USER } from '../support/grants.ts'
import { openTerminal } from '../support/terminal.ts'

const PASSWORD = 'correct horse battery'

/** A terminal, three users with a link each, a session, and a backup of them. The store is closed, as nothing runs. */
async function openHouse(t: ExecutionContext) {
  const terminal = await openTerminal(t)
  const { store, now, advance, type } = terminal
  const folder = mkdtempSync(join(tmpdir(), 'skillgate-backup-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const backup = join(folder, 'backup')
  const grants: Record<string, string> = {}
  for (const name of ['ada', 'bob', 'cyd']) {
    const { id } = await addUser(store, terminal, { name, password: PASSWORD })
    grants[name] = `${id}.000000000000000000000001`
    const record = { revision: 1, userName: name, userId: id, client: 'phone', scopes: ['music.read'] }
    await store.put('grant', grants[name], { ...record, createdAt: now(), lastUsedAt: now() })
  }
  const session = { revision: 1, userName: 'ada', userId: USER.id, epoch: 0, state: 'signed-in' as const }
  await store.put('session', 'a', { ...session, createdAt: now(), lastUsedAt: now() })
  await type(`backup ${backup}`)
  advance(60_000)
  return { ...terminal, backup, grants }
}

async function reopen({ folder, now }: { folder: string; now: () => number }, t: ExecutionContext) {
  const store = await openKeyvStore(join(folder, 'data', 'skillgate.db'), now)
  t.teardown(() => store.close())
  return store
}

test('67. sessions end with a restore, and links do not', async (t) => {
  const house = await openHouse(t)
  await house.store.close()
  await house.type(`restore ${house.backup}`)
  const store = await reopen(house, t)
  t.is(await store.get('session', 'a'), undefined)
  for (const grant of Object.values(house.grants)) t.truthy(await store.get('grant', grant))
  t.like(house.events().at(-1), { event: 'restored' })
})

test('a window for registering that was open when the backup was made does not open again', async (t) => {
  const house = await openHouse(t)
  await openRegistrationWindow(house.store, house.now(), 86_400_000)
  const backup = `${house.backup}-2`
  await house.type(`backup ${backup}`)
  await closeRegistrationWindow(house.store)
  await house.store.close()
  await house.type(`restore ${backup}`)
  const store = await reopen(house, t)
  t.is(await registrationWindow(store, house.now()), undefined)
})

/** What is ended after the backup: bob's link, the user cyd, and ada for a while; ada's password is another one. */
async function endSome({ type, grants, store, world }: Awaited<ReturnType<typeof openHouse>>) {
  await type(`grant revoke ${grants.bob}`)
  await type('user remove cyd')
  await type('user disable ada')
  world.askPassword = () => Promise.resolve('another horse battery staple')
  await type('user password ada')
  await store.close()
}

test('67. what was ended since the backup stays ended, if nobody says otherwise', async (t) => {
  const house = await openHouse(t)
  await endSome(house)
  const lines = await house.type(`restore ${house.backup}`)
  const store = await reopen(house, t)
  t.is(await store.get('grant', house.grants.bob ?? ''), undefined)
  t.is(await store.get('grant', house.grants.cyd ?? ''), undefined)
  t.is(await store.get('user', 'cyd'), undefined)
  t.truthy(await store.get('grant', house.grants.ada ?? ''))
  t.true((await requireUser(store, 'ada')).disabled)
  const said = lines.join('\n')
  for (const expected of [
    /the link of bob with phone, ended/,
    /the user cyd with all that cyd linked/,
    /the access of ada, disabled/,
  ])
    t.regex(said, expected)
  t.regex(said, /Attention: The password of ada is the one from before it was changed/)
})

test('67. it comes back where somebody wants it, by an option or when asked', async (t) => {
  for (const [options, answer] of [[{ ended: 'returns' }], [{}, 'n']] as const) {
    const house = await openHouse(t)
    await endSome(house)
    if (answer) house.world.askLine = () => Promise.resolve(answer)
    await house.type(`restore ${house.backup}`, options)
    const store = await reopen(house, t)
    for (const grant of Object.values(house.grants)) t.truthy(await store.get('grant', grant))
    t.is((await requireUser(store, 'ada')).disabled, undefined)
  }
})

test('67. whoever presses Enter keeps it ended', async (t) => {
  const house = await openHouse(t)
  await endSome(house)
  house.world.askLine = () => Promise.resolve('')
  await house.type(`restore ${house.backup}`)
  const store = await reopen(house, t)
  t.is(await store.get('user', 'cyd'), undefined)
})

test('67. whoever was enabled again, and whatever lost only an access token, comes back', async (t) => {
  const house = await openHouse(t)
  await house.type('user disable ada')
  await house.type('user enable ada')
  const line = { time: new Date(house.now()).toISOString(), event: 'revoked', grant: house.grants.bob, client: 'phone' }
  const audit = join(house.folder, 'data', 'audit.jsonl')
  writeFileSync(audit, `${JSON.stringify({ ...line, detail: 'by its client: access token' })}\n`, { flag: 'a' })
  await house.store.close()
  house.world.askLine = () => Promise.reject(new Error('there is nothing to decide'))
  await house.type(`restore ${house.backup}`)
  const store = await reopen(house, t)
  t.is((await requireUser(store, 'ada')).disabled, undefined)
  t.truthy(await store.get('grant', house.grants.bob ?? ''))
})

test('67. what was ended before the backup is no question', async (t) => {
  const house = await openHouse(t)
  await disableUser(house.store, 'ada')
  await house.type('user enable ada')
  await house.store.close()
  house.world.askLine = (question): Promise<string> => Promise.reject(new Error(question))
  const lines = await house.type(`restore ${house.backup}`)
  t.false(lines.some((line) => line.includes('Ended since')))
})

test('67. a backup of which any byte has changed is refused, or restores what was saved', async (t) => {
  const house = await openHouse(t)
  await house.store.close()
  const database = join(house.folder, 'data', 'skillgate.db')
  const [before, whole] = [readFileSync(database), readFileSync(house.backup)]
  const random = seededRandom(t)
  let refused = 0
  for (let i = 0; i < 100; i++) {
    const bytes = Buffer.from(whole)
    const at = random(bytes.length)
    bytes[at] = (bytes[at] as number) ^ (1 << random(8))
    writeFileSync(house.backup, bytes)
    try {
      await runCommand(house.world, {}, ['restore', house.backup])
      const store = await openKeyvStore(database, house.now)
      const found = await Promise.all(Object.values(house.grants).map((id) => store.get('grant', id)))
      t.deepEqual(
        found.map((grant) => grant?.userName),
        ['ada', 'bob', 'cyd'],
        `byte ${at}`,
      )
      await store.close()
      writeFileSync(database, before)
    } catch (error) {
      refused++
      t.regex((error as Error).message, /can't be restored: .*Nothing was changed/, `byte ${at}`)
      t.true(readFileSync(database).equals(before))
    }
  }
  // The rest changed nothing that anybody reads, such as the free part of a page.
  t.true(refused > 0)
})

test('67. a backup in which a row or a file is another one is refused', async (t) => {
  const house = await openHouse(t)
  await house.store.close()
  const whole = readFileSync(house.backup, 'latin1')
  for (const [saved, forged] of [
    ['"userName":"ada"', '"userName":"eve"'],
    ['public_url', 'public_uri'],
  ] as const) {
    t.true(whole.includes(saved))
    writeFileSync(house.backup, whole.replace(saved, forged), 'latin1')
    await t.throwsAsync(runCommand(house.world, {}, ['restore', house.backup]), { message: /it is damaged: / })
  }
})

test('67. what is no backup is not restored', async (t) => {
  const house = await openHouse(t)
  await house.store.close()
  const other = join(house.backup, '..', 'other')
  for (const content of ['', 'just a text', readFileSync(join(house.folder, 'data', 'skillgate.db'))]) {
    writeFileSync(other, content)
    await t.throwsAsync(runCommand(house.world, {}, ['restore', other]), { message: /can't be restored.*Nothing was/ })
  }
  await t.throwsAsync(runCommand(house.world, {}, ['restore', `${other}-gone`]), { instanceOf: CommandError })
  await t.throwsAsync(runCommand(house.world, { ended: 'perhaps' }, ['restore', house.backup]), {
    message: /"stays" or "returns"/,
  })
})
