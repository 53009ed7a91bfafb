import { isIP } from 'node:net'
import { forgetAddress } from '../../limits/count-by-address.ts'
import { keyFile, openSealer } from '../../secrets/seal.ts'
import { findAccountUser, typedName } from '../../users/account-users.ts'
import { typedHasher } from '../../users/hash-typed.ts'
import { ACCOUNT_MARK, accountName } from '../../users/names.ts'
import { forgetFailuresOfName } from '../../users/sign-in-throttle.ts'
import { newUnlockCode } from '../../users/unlock-codes.ts'
import { requireUser } from '../../users/users.ts'
import { CommandError } from '../command-error.ts'
import { type StoreTools, withStore } from '../with-store.ts'
import type { World } from '../world.ts'

interface UnlockOptions {
  /** Whether a code is wanted, instead of the end of the lock-out. */
  code?: boolean
  /** Whose lock-out is to end, instead of that of a name. */
  address?: string
}

/** All that counts by address: sign-ins, codes that devices show, devices that begin, codes of this command, clients that register. */
const BY_ADDRESS = ['address', 'user-code', 'device', 'unlock', 'register']

/** `skillgate user unlock NAME [--code]`, `skillgate user unlock --address ADDRESS` */
export async function userUnlock(world: World, { code, address }: UnlockOptions, ...words: string[]): Promise<number> {
  const [name, strange] = words
  if (strange !== undefined) throw new CommandError(`"user unlock" takes one name; "${strange}" is too much.`)
  if ((name === undefined) === (address === undefined) || (code && name === undefined)) {
    throw new CommandError(
      'Say either: skillgate user unlock NAME [--code], or: skillgate user unlock --address ADDRESS',
    )
  }
  return withStore(world, async (tools) => {
    if (address !== undefined) return unlockAddress(tools, address)
    return code ? makeCode(tools, name as string) : unlockName(tools, name as string)
  })
}

async function unlockAddress({ world, store, audit }: StoreTools, address: string): Promise<void> {
  if (isIP(address) === 0)
    throw new CommandError(`"${address}" is no IP address. "skillgate audit" has those that were locked out.`)
  for (const what of BY_ADDRESS) await forgetAddress(store, world.now, what, address)
  audit({ event: 'unlocked', address, detail: 'by the command' })
  world.print(`${address} may try again, and so may all of its IPv6 /48. A name may still be locked out.`)
}

async function unlockName(tools: StoreTools, typed: string): Promise<void> {
  const { world, store, audit } = tools
  const stranger = await newcomer(tools, typed)
  if (stranger !== undefined) {
    await forgetFailuresOfName(store, world, await hasher(tools), stranger)
    audit({ event: 'unlocked', detail: 'by the command, an account that has not signed in yet' })
    world.print(`${stranger} has not signed in here yet, and may try again.`)
    return
  }
  const user = await requireUser(store, typed)
  await forgetFailuresOfName(store, world, await hasher(tools), typedName(user))
  audit({ event: 'unlocked', user: user.name, detail: 'by the command' })
  world.print(`${user.name} may try again from everywhere but where an address is locked out (--address ends that).`)
  world.print(`If strangers go on guessing, it is locked again soon. A code helps nevertheless:`)
  world.print(`  npx skillgate user unlock ${user.name} --code`)
}

/** @returns the name of an account at the upstream of `users` with which nobody has signed in here yet. */
async function newcomer({ store, config }: StoreTools, typed: string): Promise<string | undefined> {
  const prefix = `${config.users.upstream}${ACCOUNT_MARK}`
  if (config.users.upstream === undefined || !typed.startsWith(prefix)) return undefined
  return (await findAccountUser(store, typed)) ? undefined : accountName(typed.slice(prefix.length))
}

async function makeCode(tools: StoreTools, typed: string): Promise<void> {
  const { world, store, audit } = tools
  const user = await requireUser(store, typed)
  const code = await newUnlockCode(store, world, await hasher(tools), user)
  audit({ event: 'unlocked', user: user.name, detail: 'a code was made' })
  world.print(`A code for ${user.name}, good once and for ten minutes:  ${code}`)
  world.print('The page that says how long to wait has a field for it. It is no password: that is asked for as well.')
}

/** As the gateway stores what is typed. */
async function hasher({ world, config }: StoreTools) {
  return typedHasher(await openSealer(keyFile(config.data_dir), world))
}
