import { openKeys } from '../../app/data/open-keys.ts'
import { withUserAccounts } from '../../app/music-assistant/user-accounts.ts'
import type { AccountAnswer } from '../../music-assistant/sign-in.ts'
import { SealError } from '../../secrets/seal.ts'
import type { UserRecord } from '../../store/records.ts'
import { openSession } from '../../users/account-session.ts'
import { accountRecord, isAccountUser } from '../../users/account-users.ts'
import { accountName } from '../../users/names.ts'
import { replaceUser, requireUser } from '../../users/users.ts'
import { askLine } from '../ask-password.ts'
import { CommandError } from '../command-error.ts'
import type { StoreTools } from '../with-store.ts'
import { need } from './user-action.ts'

/** `skillgate user link NAME [ACCOUNT]`: whoever signs in as NAME acts with this account from then on. */
export async function link(tools: StoreTools, words: string[]): Promise<void> {
  const { world, config, store, audit } = tools
  const user = await requireUser(store, need('link', words[0]))
  if (isAccountUser(user)) throw new CommandError(`${user.name} signs in with an account there, and needs no other.`)
  const typed = words.slice(1).join(' ') || user.name
  const name = accountName(typed)
  if (name === undefined) throw new CommandError(`"${typed}" can be no user name at Music Assistant.`)

  const linked = await withUserAccounts(config, async ({ upstream, source }) => {
    const password = await world.askPassword({ label: `Password of ${name} at ${upstream}`, once: true })
    const answer = await source.signIn(name, password)
    if (answer.kind !== 'signed-in') throw new CommandError(refusal(answer, name, upstream))
    try {
      if (answer.account.role === 'admin') await confirm(tools, name)
      const sealer = await openKeys(config, store, world)
      const account = accountRecord({ store, environment: world, sealer }, { upstream, userId: user.id }, answer)
      const { account: kept } = await replaceUser(store, user, { account })
      return kept
    } catch (error) {
      await source.signOut(answer.session)
      throw error
    }
  })
  if (!linked) {
    throw new CommandError('Say in gateway.yaml which upstream has the accounts:  users: { upstream: music-assistant }')
  }
  if (user.account) await endAccountSession(tools, user)
  audit({ event: 'user_linked', user: user.name, detail: `${linked.name} at ${linked.upstream}, ${linked.role}` })
  world.print(`${user.name} has the account ${linked.name} at ${linked.upstream} now, as ${linked.role}.`)
  world.print(`What ${user.name} links, or has linked without an account, acts with it there.`)
}

/** `skillgate user unlink NAME` */
export async function unlink(tools: StoreTools, words: string[]): Promise<void> {
  const { world, store, audit } = tools
  const user = await requireUser(store, need('unlink', words[0]))
  if (isAccountUser(user)) {
    throw new CommandError(`${user.name} has no other way in. To keep them out:  skillgate user disable ${user.name}`)
  }
  if (!user.account) throw new CommandError(`${user.name} has no account elsewhere.`)
  await replaceUser(store, user, { account: undefined })
  await endAccountSession(tools, user)
  const { name, upstream } = user.account
  audit({ event: 'user_unlinked', user: user.name, detail: `${name} at ${upstream}` })
  world.print(`${user.name} has no account at ${upstream} any more.`)
}

/** Ends there what is kept of the account of a user; where that can't be done now, it ends by itself after 30 days. */
export async function endAccountSession({ config, store, world }: StoreTools, user: UserRecord): Promise<void> {
  if (user.account?.upstream !== config.users.upstream) return
  try {
    const session = openSession(await openKeys(config, store, world), user)
    if (session !== undefined) await withUserAccounts(config, ({ source }) => source.signOut(session))
  } catch (error) {
    if (!(error instanceof SealError)) throw error
  }
}

async function confirm({ world }: StoreTools, name: string): Promise<void> {
  world.print(
    `${name} is an administrator of Music Assistant: it may change every setting there, and delete everything.`,
  )
  world.print('It is safer to use an account for every day, which only plays music.')
  const answer = await (world.askLine ?? askLine)('Link it anyway? Type yes: ')
  if (answer.trim().toLowerCase() !== 'yes') throw new CommandError('Nothing was changed.')
}

function refusal(answer: Exclude<AccountAnswer, { kind: 'signed-in' }>, name: string, upstream: string): string {
  switch (answer.kind) {
    case 'wrong':
      return `That is not the password of ${name} at ${upstream}, or there is no such account. Nothing was changed.`
    case 'throttled':
      return `Too many sign-ins of ${name} have failed: ${upstream} takes no password for ${answer.seconds} seconds, not even the right one. Try again then.`
    case 'guest':
      return `${name} is a guest at ${upstream}, and guests can link nothing. Use another account.`
    case 'disabled':
      return `The account ${name} is switched off at ${upstream}, or is no account of a person.`
    default:
      return `${upstream} could not be asked, so nothing was changed: ${answer.detail}`
  }
}
