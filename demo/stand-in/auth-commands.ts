import { type Account, describeAccount } from './accounts.ts'
import type { Call, Command } from './command.ts'
import { CommandError, errorCodes } from './command-message.ts'
import { roleScopes } from './scopes.ts'
import { describeToken } from './tokens.ts'

const manage = { scope: 'users.manage', role: 'admin' } as const

export const authCommands: Record<string, Command> = {
  'auth/me': { run: ({ account }) => describeAccount(account) },
  'auth/providers': { scope: 'none', run: () => [{ provider_id: 'builtin', provider_type: 'builtin' }] },
  'auth/login': {
    scope: 'none',
    parameters: { username: 'string', password: 'string', device_name: 'string?' },
    run: logIn,
  },
  'auth/logout': { run: ({ house, token }) => token && house.revoke(token.tokenId) },
  'auth/scopes': { since: 77, run: ({ account }) => roleScopes[account.role] },
  'auth/roles': { since: 77, run: () => Object.entries(roleScopes).map(([role, scopes]) => ({ role, scopes })) },
  'auth/users': { ...manage, run: ({ house }) => house.accounts.all.map(describeAccount) },
  'auth/user': { ...manage, parameters: { user_id: 'string' }, run: (call) => describeAccount(findUser(call)) },
  'auth/user/create': {
    ...manage,
    parameters: { username: 'string', password: 'string', role: 'string?', display_name: 'string?' },
    run: ({ house, args: { username, password, role, display_name: displayName } }) =>
      describeAccount(house.accounts.add({ username, password, role, displayName })),
  },
  'auth/user/update': {
    parameters: { user_id: 'string?', password: 'string?', display_name: 'string?' },
    run: updateUser,
  },
  'auth/user/disable': { ...manage, parameters: { user_id: 'string' }, run: (call) => enable(call, false) },
  'auth/user/enable': { ...manage, parameters: { user_id: 'string' }, run: (call) => enable(call, true) },
  'auth/tokens': { parameters: { user_id: 'string?' }, run: listTokens },
  'auth/token/create': { parameters: { name: 'string', user_id: 'string?' }, run: createToken },
  'auth/token/revoke': { parameters: { token_id: 'string' }, run: revokeToken },
}

function logIn({ house, args }: Call): unknown {
  const signIn = house.accounts.signIn(args.username, args.password)
  if ('error' in signIn) return { success: false, error: signIn.error }
  const token = house.accounts.tokens.create(signIn.account, args.device_name ?? 'Unknown', false, house.schema)
  return { success: true, access_token: token, user: describeAccount(signIn.account) }
}

function isAdmin({ role }: Account): boolean {
  return role === 'admin'
}

function findUser({ house, args }: Call): Account {
  const account = house.accounts.withId(args.user_id)
  if (!account) throw new CommandError(errorCodes.invalidData, 'User not found')
  return account
}

/** One's own password needs no scope, and not the old one. */
function updateUser(call: Call): unknown {
  const { account, args } = call
  const target = args.user_id ? findUser(call) : account
  if (target !== account && !isAdmin(account)) {
    throw new CommandError(errorCodes.notPermitted, 'You can only update your own profile')
  }
  target.password = args.password ?? target.password
  target.displayName = args.display_name ?? target.displayName
  return describeAccount(target)
}

function enable(call: Call, enabled: boolean): void {
  const account = findUser(call)
  account.enabled = enabled
  if (!enabled) for (const { tokenId } of call.house.accounts.tokens.of(account)) call.house.revoke(tokenId)
}

function listTokens({ house, account, args }: Call): unknown {
  if (args.user_id && args.user_id !== account.userId && !isAdmin(account)) return []
  const owner = args.user_id ? house.accounts.withId(args.user_id) : account
  return owner ? house.accounts.tokens.of(owner).map(describeToken) : []
}

function createToken({ house, account, args }: Call): string {
  const owner = args.user_id ? house.accounts.withId(args.user_id) : account
  if (owner !== account && !isAdmin(account)) {
    throw new CommandError(errorCodes.notPermitted, 'You can only create tokens for yourself')
  }
  if (!owner) throw new CommandError(errorCodes.invalidData, 'User not found')
  if (owner.role === 'guest' && house.schema === 77) {
    throw new CommandError(errorCodes.notPermitted, 'Long-lived tokens cannot be created for guest accounts')
  }
  return house.accounts.tokens.create(owner, args.name, true, house.schema)
}

function revokeToken({ house, account, args }: Call): void {
  const token = house.accounts.tokens.withId(args.token_id)
  if (!token) throw new CommandError(errorCodes.invalidData, 'Token not found')
  if (token.account !== account && !isAdmin(account)) {
    throw new CommandError(errorCodes.notPermitted, 'You can only revoke your own tokens')
  }
  house.revoke(token.tokenId)
}
