import { requireEmail } from '../../users/email.ts'
import { addUser, requireFreeName } from '../../users/users.ts'
import { withStore } from '../with-store.ts'
import type { CommandOptions, World } from '../world.ts'
import { hostOf, need } from './user-action.ts'
import { tellWhoLearns } from './user-email.ts'

/** `skillgate user add NAME [DISPLAY NAME] [--email ADDRESS]` */
export function userAdd(world: World, { email: typed }: CommandOptions, ...words: string[]): Promise<number> {
  return withStore(world, async ({ config, store, audit }) => {
    const name = await requireFreeName(store, need('add', words[0]))
    const email = typed === undefined ? undefined : requireEmail(typed)
    const displayName = words.slice(1).join(' ') || words[0]
    const password = await world.askPassword()
    await addUser(store, world, { name, displayName, password, email, host: hostOf(config) })
    audit({ event: 'user_added', user: name })
    world.print(`${name} can sign in now.`)
    if (email !== undefined) tellWhoLearns(world, config, email)
  })
}
