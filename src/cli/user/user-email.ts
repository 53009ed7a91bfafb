import type { Config } from '../../config/schema.ts'
import { requireEmail } from '../../users/email.ts'
import { replaceUser, requireUser } from '../../users/users.ts'
import { CommandError } from '../command-error.ts'
import { withStore } from '../with-store.ts'
import type { CommandOptions, World } from '../world.ts'
import { need } from './user-action.ts'

/** `skillgate user email NAME [ADDRESS | --remove]`: shows it, writes it down, or forgets it. */
export function userEmail(world: World, { remove = false }: CommandOptions, ...words: string[]): Promise<number> {
  const [name, address, strange] = words
  const tooMuch = remove ? address : strange
  if (tooMuch !== undefined)
    throw new CommandError(`Say either: skillgate user email NAME [ADDRESS], or: ... NAME --remove`)
  return withStore(world, async ({ config, store, audit }) => {
    const user = await requireUser(store, need('email', name))
    if (address !== undefined) {
      const email = requireEmail(address)
      await replaceUser(store, user, { email })
      audit({ event: 'email_changed', user: user.name })
      world.print(`${user.name} has the e-mail address ${email} now.`)
      return tellWhoLearns(world, config, email)
    }
    if (user.email === undefined) return world.print(`No e-mail address of ${user.name} is known here.`)
    if (!remove) return world.print(user.email)
    await replaceUser(store, user, { email: undefined })
    audit({ event: 'email_changed', user: user.name, detail: 'removed' })
    world.print(`The e-mail address of ${user.name} is forgotten: no client is told it any more.`)
  })
}

/** Says who is going to be told an e-mail address, and whether people are asked for that in so many words. */
export function tellWhoLearns({ print }: Pick<World, 'print'>, { oauth }: Pick<Config, 'oauth'>, email: string): void {
  const meaning = oauth.scopes['user:read']
  if (!meaning) {
    print(`No client is told ${email}: there is no scope user:read in gateway.yaml.`)
    return
  }
  print(`Each client that has the scope user:read is told ${email}, also one that is linked already.`)
  if (/mail/i.test(meaning.en)) return
  print(`The page that asks for that scope says "${meaning.en}":`)
  print('name the e-mail address there, in oauth.scopes of gateway.yaml.')
}
