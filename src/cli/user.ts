import { dayOf } from '../certificates/server-certificate.ts'
import { loadConfig } from '../config/load.ts'
import { databaseFile } from '../gateway/start.ts'
import { revokeGrantsOfUser } from '../oauth/grants.ts'
import { openKeyvStore } from '../store/keyv-store.ts'
import type { Store } from '../store/store.ts'
import { addUser, changePassword, listUsers, removeUser, requireFreeName, requireUser } from '../users/users.ts'
import { CommandError } from './command-error.ts'
import type { World } from './world.ts'

const ACTIONS: Record<string, (world: World, store: Store, words: string[]) => Promise<void>> = {
  async add(world, store, words) {
    const name = await requireFreeName(store, need('add', words[0]))
    const displayName = words.slice(1).join(' ') || words[0]
    const password = await world.askPassword()
    await addUser(store, world, { name, displayName, password })
    world.print(`${name} can sign in now.`)
  },

  async list({ print }, store) {
    const users = await listUsers(store)
    for (const { name, displayName, createdAt } of users) {
      print([name, displayName, `since ${dayOf(createdAt)}`].join('\t'))
    }
    if (users.length === 0) print('There is no user yet. Add one:  npx skillgate user add NAME')
  },

  async password(world, store, words) {
    const { name } = await requireUser(store, need('password', words[0]))
    await changePassword(store, world, name, await world.askPassword())
    world.print(`The password of ${name} is changed. What was linked stays linked.`)
  },

  async remove({ print }, store, words) {
    const user = await removeUser(store, need('remove', words[0]))
    const ended = await revokeGrantsOfUser(store, user.id)
    print(`${user.name} is removed, and ${ended === 1 ? '1 link was' : `${ended} links were`} ended.`)
  },
}

/** `skillgate user ...`: who may sign in. Works while the gateway runs, which notices at once. */
export async function user(world: World, action = '', ...words: string[]): Promise<number> {
  const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
  if (!run) throw new CommandError(`Say what to do: skillgate user ${Object.keys(ACTIONS).join(' | ')}`)
  const config = loadConfig(world.configFile, world.variables)
  const store = await openKeyvStore(databaseFile(config), world.now)
  try {
    await run(world, store, words)
    return 0
  } finally {
    await store.close()
  }
}

function need(action: string, name: string | undefined): string {
  if (name === undefined) throw new CommandError(`Say who: skillgate user ${action} NAME`)
  return name
}
