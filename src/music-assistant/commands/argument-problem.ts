import type { CommandCaller } from '../command.ts'
import { isBuiltin, mayNameAddress, namesAddress, namesItem } from './names-address.ts'

/** In whose name a command acts: the server takes these two out before the call. */
const IMPERSONATES = ['user', 'username']
/** Whose history it reads or writes. */
const OTHERS = ['userid', 'user_id', 'all_users']
/** What is played, or looked up, by its URI. */
const ITEM_KEYS = new Set(['media', 'media_item', 'item', 'items', 'uri', 'uris', 'start_item', 'path'])
const ADDRESS_KEY = /(?:^|_)urls?$/
/** Characters of all that has to be looked at closely; 1,500 URIs have a third of it. */
const LOOK_LIMIT = 256 * 1024

export interface ArgumentRules {
  /** Whether addresses may be played and announced, which the server then fetches. */
  urls: boolean
}

/**
 * What arguments must not say, whatever the command: the name of somebody else, and an address that the server would
 * fetch from within the home. @returns the sentence for the client, or undefined where all is well
 */
export function argumentProblem(
  args: Record<string, unknown>,
  account: CommandCaller['account'],
  { urls }: ArgumentRules,
): string | undefined {
  for (const [name, value] of Object.entries(args)) {
    const key = name.toLowerCase().trim()
    if (IMPERSONATES.includes(key) && !namesCaller(value, account))
      return `${key}: a client acts for its own user alone.`
    if (OTHERS.includes(key) && !isNobodyElse(value, account?.userId))
      return `${key}: a client sees its own user's music alone.`
  }
  if (urls) return undefined
  if (lengthToLookAt(args) > LOOK_LIMIT) return 'args: that is too much to look through.'
  const found = findAddress(args, 'args')
  return found && `${found}: only URIs of Music Assistant such as library://track/1 pass here, and no addresses.`
}

function namesCaller(value: unknown, account: CommandCaller['account']): boolean {
  if (isNobodyElse(value, account?.userId)) return true
  return typeof value === 'string' && value.trim().toLowerCase() === account?.name.toLowerCase()
}

/** Nothing at all names nobody else, as the server has it too. An id is no name: people may call themselves by another's. */
function isNobodyElse(value: unknown, userId: string | undefined): boolean {
  return value === null || value === undefined || value === '' || value === false || value === userId
}

function lengthToLookAt(value: unknown): number {
  if (typeof value === 'string') return mayNameAddress(value) ? value.length : 0
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, one) => sum + lengthToLookAt(one), 0)
}

/** @returns the key that it stands under */
function findAddress(value: unknown, key: string): string | undefined {
  if (typeof value === 'string') return isAllowed(value, key) ? undefined : key
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return firstOf(value.map((one): [string, unknown] => [key, one]))
  return addressOfBuiltin(value) ?? firstOf(Object.entries(value))
}

function firstOf(entries: [string, unknown][]): string | undefined {
  for (const [key, value] of entries) {
    const found = findAddress(value, key)
    if (found !== undefined) return found
  }
  return undefined
}

function isAllowed(text: string, name: string): boolean {
  const key = name.toLowerCase().trim()
  if (ADDRESS_KEY.test(key)) return text === ''
  return ITEM_KEYS.has(key) ? namesItem(text) : !namesAddress(text)
}

/** An item that is named by its id and its provider. */
function addressOfBuiltin(item: object): string | undefined {
  const { item_id: id, ...rest } = item as Record<string, unknown>
  const { provider, provider_domain, provider_instance, provider_instance_id_or_domain } = rest
  const providers = [provider, provider_domain, provider_instance, provider_instance_id_or_domain]
  const ofBuiltin = providers.some((one) => typeof one === 'string' && isBuiltin(one.trim()))
  return ofBuiltin && typeof id === 'string' && /[/:\\]/.test(id) ? 'item_id' : undefined
}
