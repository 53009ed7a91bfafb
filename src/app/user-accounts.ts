import type { Config } from '../config/schema.ts'
import { callsTo } from '../gateway/upstreams/call-upstream.ts'
import type { Upstream } from '../gateway/upstreams/upstream.ts'
import { musicAssistantAccounts } from '../music-assistant/sign-in.ts'
import type { Accounts } from '../users/account-check.ts'

/** The accounts at an upstream that `users` names; undefined where it names none. */
export function userAccounts(
  { users, public_url }: Pick<Config, 'users' | 'public_url'>,
  upstreams: ReadonlyMap<string, Upstream>,
): Accounts | undefined {
  const upstream = users.upstream === undefined ? undefined : upstreams.get(users.upstream)
  if (!upstream) return undefined
  const device = `Skillgate at ${new URL(public_url).host}`
  return { upstream: upstream.name, source: musicAssistantAccounts(callsTo(upstream), device) }
}
