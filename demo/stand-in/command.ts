import type { Account, Accounts } from './accounts.ts'
import { CommandError, checkArguments, errorCodes, type Parameter } from './command-message.ts'
import type { Library, MediaItem } from './library.ts'
import type { Players } from './players.ts'
import { hasScope, type Scope } from './scopes.ts'
import type { Token } from './tokens.ts'

/** 29 is 2.8, which asks for roles; 77 is 2.10, which asks for scopes. */
export type Schema = 29 | 77

/** What commands act on. */
export interface House {
  schema: Schema
  accounts: Accounts
  library: Library
  players: Players
  /** What each user has played, by user id. */
  history: Map<string, MediaItem[]>
  info: () => Record<string, unknown>
  revoke: (tokenId: string) => void
  /** In place of fetching an address, as the server would. */
  fetch: (url: string) => void
  /** Told of each command that is run. */
  onCall: (call: RecordedCall) => void
  /** Commands besides those that the stand-in knows: they do nothing. */
  moreCommands: readonly string[]
}

/** A command that was run. */
export interface RecordedCall {
  command: string
  /** As they came. */
  args: Record<string, unknown>
  /** In whose name: who signed in, unless it named somebody else. Undefined for nobody. */
  user: string | undefined
}

export interface Call {
  house: House
  account: Account
  /** Undefined where Music Assistant doesn't know it: `/api` of [29]. */
  token: Token | undefined
  // Checked against the command's parameters before it runs.
  // biome-ignore lint/suspicious/noExplicitAny: the types come from the parameters
  args: Record<string, any>
}

export interface Command {
  run: (call: Call) => unknown
  parameters?: Record<string, Parameter>
  /** What [77] asks for besides a sign-in; `none` asks for no sign-in, in [29] neither. */
  scope?: Scope | 'none'
  /** What [29] asks for besides a sign-in. */
  role?: 'admin'
  /** Not in [29]. */
  since?: 77
  /** Whether `user` and `username` are taken out of the arguments, to run it in the name of somebody else. */
  impersonates?: boolean
}

export interface Caller {
  house: House
  /** Who has signed in. */
  token: Token | undefined
  over: 'api' | 'ws'
}

/** @throws CommandError */
export function runCommand(name: string, command: Command, caller: Caller, args: Record<string, unknown>): unknown {
  const { house, token } = caller
  checkPermission(command, caller)
  // The official client sends null for what it was not given.
  const rest = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null))
  const account = (command.impersonates && takeImpersonated(house, token, rest)) || token?.account
  house.onCall({ command: name, args, user: account?.username })
  checkArguments(command.parameters ?? {}, rest)
  const known = caller.over === 'ws' || house.schema === 77 ? token : undefined
  return command.run({ house, account: account as Account, token: known, args: rest })
}

/** @throws CommandError */
export function checkPermission({ scope, role }: Command, { house, token, over }: Caller): void {
  if (scope === 'none') return
  const sentence = `Authentication required${over === 'ws' ? '. Please send auth command first.' : ''}`
  if (!token) throw new CommandError(errorCodes.authenticationRequired, sentence)
  const { account } = token
  if (house.schema === 29 && role && account.role !== role) {
    throw new CommandError(errorCodes.notPermitted, 'Admin access required')
  }
  if (house.schema === 77 && scope && !hasScope(account.role, scope)) {
    throw new CommandError(errorCodes.notPermitted, `The ${scope} scope is required.`)
  }
}

/** Takes both names of the argument out. @returns whom it names, if anybody. @throws CommandError */
function takeImpersonated(house: House, token: Token | undefined, args: Record<string, unknown>): Account | undefined {
  const { user, username } = args
  delete args.user
  delete args.username
  const wanted = user || username
  if (!wanted) return undefined
  const account = house.accounts.withId(wanted) ?? house.accounts.named(wanted)
  if (!account)
    throw new CommandError(errorCodes.invalidData, `A user with user id or name ${wanted} is not available.`)
  if (account !== token?.account && !(token && hasScope(token.account.role, 'users.impersonate'))) {
    const sentence = 'The users.impersonate scope is required to impersonate another user.'
    throw new CommandError(errorCodes.notPermitted, sentence)
  }
  return account
}
