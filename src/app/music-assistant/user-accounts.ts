import type { Config } from '../../config/schema.ts'
import { callsTo } from '../../gateway/upstreams/call-upstream.ts'
import type { Upstream } from '../../gateway/upstreams/upstream.ts'
import { musicAssistantAccounts } from '../../music-assistant/sign-in.ts'
import type { Accounts } from '../../users/account-check.ts'
import { loadUpstreams } from '../site/load-upstreams.ts'

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

/** Runs this with those accounts, for a command, over connections of its own. @returns undefined where there are none. */
export async function withUserAccounts<T>(
  config: Config,
  run: (accounts: Accounts) => Promise<T>,
): Promise<T | undefined> {
  const { upstream: name = '' } = config.users
  const settings = config.upstreams[name]
  if (!settings) return undefined
  // Without the gateway's own token: nobody but the person acts here.
  const upstreams = await loadUpstreams({ ...config, upstreams: { [name]: { ...settings, token: undefined } } })
  const [upstream] = upstreams.values()
  const accounts = upstream && userAccounts(config, new Map([[name, upstream]]))
  try {
    return accounts && (await run(accounts))
  } finally {
    await upstream?.destroy()
  }
}
