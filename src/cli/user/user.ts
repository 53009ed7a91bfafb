import { forgetEchoPlayers } from '../../alexa/skill/echo-players.ts'
import { dayOf } from '../../certificates/server-certificate.ts'
import { revokeGrantsOfUser } from '../../oauth/grants/grants.ts'
import { isAccountUser } from '../../users/account-users.ts'
import { removeDevicesOf } from '../../users/devices.ts'
import { changePassword, disableUser, enableUser, listUsers, removeUser, requireUser } from '../../users/users.ts'
import { CommandError } from '../command-error.ts'
import { withStore } from '../with-store.ts'
import type { World } from '../world.ts'
import { hostOf, need, type UserAction } from './user-action.ts'

/** With what calls upstreams, which the other commands have no use for. */
const accounts = () => import('./user-link.ts')

/** With what draws QR codes, which a gateway has no use for. */
const secondFactor = () => import('./user-totp.ts')

const ACTIONS: Record<string, UserAction> = {
  async list({ world, store }) {
    const users = await listUsers(store)
    for (const { name, displayName, createdAt, totp, disabled, account, email } of users) {
      const there = account && `${account.name} at ${account.upstream}, ${account.role}`
      const marks = [email, there, totp && 'with a second factor', disabled && 'disabled'].filter(
        (mark) => mark !== undefined,
      )
      world.print([name, displayName, `since ${dayOf(createdAt)}`, ...marks].join('\t'))
    }
    if (users.length === 0) world.print('There is no user yet. Add one:  npx skillgate user add NAME')
  },

  async password({ world, config, store, audit }, words) {
    const { name } = await requireUser(store, need('password', words[0]))
    await changePassword(store, world, name, await world.askPassword(), hostOf(config))
    audit({ event: 'password_changed', user: name })
    world.print(`The password of ${name} is changed, and ${name} is signed out. What was linked stays linked.`)
  },

  link: async (tools, words) => (await accounts()).link(tools, words),
  unlink: async (tools, words) => (await accounts()).unlink(tools, words),

  totp: async (tools, words) => (await secondFactor()).totp(tools, words),
  recovery: async (tools, words) => (await secondFactor()).recovery(tools, words),

  async disable({ world, store, audit }, words) {
    const { name } = await disableUser(store, need('disable', words[0]))
    audit({ event: 'user_disabled', user: name })
    world.print(`${name} is disabled: nobody signs in as ${name}, and what was linked does nothing meanwhile.`)
    world.print(`To undo that:  npx skillgate user enable ${name}`)
  },

  async enable({ world, store, audit }, words) {
    const { name } = await enableUser(store, need('enable', words[0]))
    audit({ event: 'user_enabled', user: name })
    world.print(`${name} can sign in again, and what was linked works again.`)
  },

  async remove(tools, words) {
    const { world, store, audit } = tools
    const user = await removeUser(store, need('remove', words[0]))
    const { name, id } = user
    const ended = await revokeGrantsOfUser(store, id)
    await forgetEchoPlayers(store, id)
    const devices = await removeDevicesOf(store, id)
    audit({ event: 'user_removed', user: name })
    world.print(`${name} is removed, and ${ended === 1 ? '1 link was' : `${ended} links were`} ended.`)
    if (devices > 0) world.print(devices === 1 ? '1 device of theirs is out.' : `${devices} devices of theirs are out.`)
    if (user.account) await (await accounts()).endAccountSession(tools, user)
    if (isAccountUser(user))
      world.print(
        'Whoever has the account can sign in again, as somebody new. To keep them out:  skillgate user disable',
      )
  },
}

/** Commands of their own, because they take options. */
const APART = ['email', 'unlock']

/** `skillgate user ...`: who may sign in. Works while the gateway runs, which notices at once. */
export async function user(world: World, action = '', ...words: string[]): Promise<number> {
  const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
  if (!run)
    throw new CommandError(`Say what to do: skillgate user ${['add', ...Object.keys(ACTIONS), ...APART].join(' | ')}`)
  return withStore(world, (tools) => run(tools, words))
}
