import { z } from 'zod'
import type { Mistake } from '../mistake.ts'
import { lifetimes as lifetimesSchema } from '../oauth-schema.ts'
import { number } from './drafts.ts'

/** As much of the lifetimes as depend on each other, however wrong the rest may be. */
export const draftLifetimes = z.object({ access_token: number, refresh_token: number }).catch({})

type DraftLifetimes = z.infer<typeof draftLifetimes>

/** An access token ends with what it can be refreshed from: a longer life, as its client is told, it would not have. */
export function lifetimeMistakes({
  lifetimes,
  clients,
}: {
  lifetimes: DraftLifetimes
  clients: ({ lifetimes: DraftLifetimes } | undefined)[]
}): Mistake[] {
  const standard = lifetimesSchema.parse({})
  const ofClients = clients.map((client, i) => ({
    path: ['oauth', 'clients', i, 'lifetimes'],
    given: client?.lifetimes ?? {},
  }))
  return [{ path: ['oauth', 'lifetimes'], given: lifetimes }, ...ofClients].flatMap(({ path, given }) => {
    const access = given.access_token ?? lifetimes.access_token ?? standard.access_token
    // Where nobody says how long, it is far longer than any access token.
    const refresh = given.refresh_token ?? lifetimes.refresh_token
    if (refresh === undefined || access <= refresh) return []
    if (given.refresh_token !== undefined)
      return [{ path: [...path, 'refresh_token'], message: `expected no less than access_token (${access})` }]
    return given.access_token === undefined
      ? []
      : [{ path: [...path, 'access_token'], message: `expected no more than refresh_token (${refresh})` }]
  })
}
