export type Role = 'admin' | 'user' | 'guest' | 'service'

const guest = [
  'library.read',
  'players.read',
  'players.control',
  'queues.read',
  'queues.control',
  'providers.read',
  'config.players.read',
] as const
const user = [
  ...guest,
  'library.write',
  'config.providers.read',
  'config.providers.own',
  'config.core.read',
  'users.invite',
  'system.read',
] as const
const service = [
  ...user.filter((scope) => scope !== 'config.providers.own'),
  'config.players.write',
  'users.read',
  'users.impersonate',
] as const

export type Scope = '*' | (typeof user)[number] | (typeof service)[number] | 'users.manage' | 'system.manage'

/** What the roles hold from 2.10 on. */
export const roleScopes: Record<Role, readonly Scope[]> = { guest, user, service, admin: ['*'] }

export function hasScope(role: Role, scope: Scope): boolean {
  return roleScopes[role].includes('*') || roleScopes[role].includes(scope)
}
