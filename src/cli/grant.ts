import { ENDING_SOON_MS } from '../music-assistant/tokens/keep-tokens.ts'
import { grantOfRow } from '../music-assistant/tokens/token-rows.ts'
import { everyRow } from '../store/every-row.ts'
import type { UpstreamTokenRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { requireUser } from '../users/users.ts'
import { CommandError } from './command-error.ts'
import { idleFor } from './idle-for.ts'
import { localTime } from './local-time.ts'
import { table } from './table.ts'
import { withStore } from './with-store.ts'
import type { World } from './world.ts'

/** Whose grants are shown: everybody's, if absent. */
export interface GrantFilter {
  /** The name. */
  user?: string
  /** The id. */
  client?: string
}

/** `skillgate grant list [--user NAME] [--client ID]`: what people have allowed, the latest use last. */
export async function grantList(world: World, { user, client }: GrantFilter): Promise<number> {
  return withStore(world, async ({ store }) => {
    const prefix = user === undefined ? '' : `${(await requireUser(store, user)).id}.`
    const grants = []
    for await (const grant of everyRow(store, 'grant', prefix)) {
      if (client === undefined || grant.value.client === client) grants.push(grant)
    }
    grants.sort((a, b) => a.value.lastUsedAt - b.value.lastUsedAt)
    const tokens = await tokensByGrant(store, prefix)
    const headings = tokens.size > 0 ? [...HEADINGS, 'AT MUSIC ASSISTANT'] : HEADINGS
    const rows = grants.map(({ id, value }) => {
      const { userName, client, scopes, createdAt, lastUsedAt } = value
      return [
        id,
        userName,
        client,
        scopes.join(' '),
        localTime(createdAt),
        localTime(lastUsedAt),
        idleFor(world.now() - lastUsedAt),
        ...(tokens.size > 0 ? [(tokens.get(id) ?? []).map((token) => ofToken(token, world.now())).join(', ')] : []),
      ]
    })
    if (rows.length > 0) for (const line of table(headings, rows)) world.print(line)
    else world.print((user ?? client) ? 'There is no such grant.' : 'Nobody has allowed anything yet.')
  })
}

/** What grants act with at upstreams, by the grants' ids. */
async function tokensByGrant(store: Store, prefix: string): Promise<Map<string, UpstreamTokenRecord[]>> {
  const tokens = new Map<string, UpstreamTokenRecord[]>()
  for await (const row of everyRow(store, 'upstream-token', prefix)) {
    const grant = grantOfRow(row)
    tokens.set(grant, [...(tokens.get(grant) ?? []), row.value])
  }
  return tokens
}

/** As whom, and until when. */
function ofToken({ account, sealedToken, endsAt }: UpstreamTokenRecord, now: number): string {
  if (sealedToken === undefined || endsAt <= now) return `${account}: over, sign in again or link again`
  const soon = endsAt - now < ENDING_SOON_MS ? ', which is soon: sign in again' : ''
  return `${account} until ${localTime(endsAt).slice(0, 10)}${soon}`
}

const HEADINGS = ['ID', 'USER', 'CLIENT', 'SCOPES', 'SINCE', 'LAST USED', 'IDLE']

/** `skillgate grant revoke ID`: ends what somebody allowed a client, and every token that came from it. */
export async function grantRevoke(world: World, id: string): Promise<number> {
  return withStore(world, async ({ store, audit }) => {
    const grant = await store.take('grant', id)
    if (!grant) throw new CommandError(`There is no grant ${id}. "skillgate grant list" shows those that there are.`)
    const { userName: user, client } = grant
    audit({ event: 'revoked', user, client, grant: id, detail: 'by the command' })
    world.print(`${client} may do nothing in the name of ${user} any more, unless it is linked again.`)
  })
}
