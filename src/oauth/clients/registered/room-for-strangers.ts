import type { ClientRecord } from '../../../store/records.ts'
import type { ClientRow } from './registered-clients.ts'

/**
 * So many that registered openly may wait at once for somebody's approval: more than may register within an hour from everywhere,
 * so that what an app of the house has registered is there for as long, however many come, and from wherever.
 */
export const STRANGERS_LIMIT = 120
/** In which somebody has to approve one. An app that somebody gave up on yesterday begins anew. */
export const TIME_TO_BE_APPROVED_MS = 86_400_000

/** Whether it registered openly, and nobody has approved anything of it yet. */
export function isStranger({ openly, approved }: ClientRecord): boolean {
  return openly === true && approved !== true
}

/**
 * Who goes where another stranger comes and there is no room: the oldest of the network that has the most. So of a flood
 * only the flood goes, and an app of the house, which has come alone, stays for as long as somebody needs to approve it.
 * @returns undefined while there is room.
 */
export function whoMakesRoom(clients: ClientRow[]): ClientRow | undefined {
  const strangers = clients.filter(({ record }) => isStranger(record))
  if (strangers.length < STRANGERS_LIMIT) return undefined
  const byNetwork = Map.groupBy(strangers, ({ record }) => record.from)
  const [first, ...others] = [...byNetwork.values()].map(byAge)
  return others.reduce((most, one) => (isMoreCrowded(one, most) ? one : most), first ?? [])[0]
}

function byAge(clients: ClientRow[]): ClientRow[] {
  return clients.toSorted((a, b) => a.record.createdAt - b.record.createdAt)
}

/** Where two have as many, that whose oldest is older. */
function isMoreCrowded(one: ClientRow[], other: ClientRow[]): boolean {
  if (one.length !== other.length) return one.length > other.length
  return (one[0]?.record.createdAt ?? 0) < (other[0]?.record.createdAt ?? 0)
}
