import { everyRow } from '../store/every-row.ts'
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
      ]
    })
    if (rows.length > 0) for (const line of table(HEADINGS, rows)) world.print(line)
    else world.print((user ?? client) ? 'There is no such grant.' : 'Nobody has allowed anything yet.')
  })
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
