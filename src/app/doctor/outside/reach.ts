import { ownAddresses } from '../../../net/own-addresses.ts'
import { hereFor } from '../../listening/is-announced.ts'
import type { Patient } from '../examination.ts'
import type { Judged } from './judged.ts'
import { onceAPatient } from './once-a-patient.ts'
import { placesOf } from './places-of.ts'
import { type Place, publicHost } from './public-host.ts'
import { type Handshake, shakeHands } from './shake-hands.ts'

/** How far one gets from here towards the public URL. */
export type Reach =
  | { kind: 'dns-failed'; why: string }
  | { kind: 'no-address' }
  | { kind: 'tried'; tries: { place: Place; handshake: Handshake }[] }

/** Tried once: what can't be reached would make each examination wait as long. */
export const reachOf = onceAPatient(tryAll)

async function tryAll(patient: Patient): Promise<Reach> {
  let places: Place[]
  try {
    places = await placesOf(patient)
  } catch (error) {
    return { kind: 'dns-failed', why: (error as Error).message }
  }
  if (places.length === 0) return { kind: 'no-address' }
  const host = publicHost(patient)
  const tries = await Promise.all(places.map(async (place) => ({ place, handshake: await shakeHands(place, host) })))
  return { kind: 'tried', tries }
}

/**
 * The gateway's own listener, for where the router does not let its own network in: then what can be seen there is better
 * than nothing. Not where a proxy stands in front, whose certificate is the one that counts.
 */
export const placeHere = onceAPatient(async (patient, reach: Reach): Promise<Place | undefined> => {
  const { https, trusted_proxies } = patient.config.listen
  if (reach.kind !== 'tried' || patient.ways.connectTo || !https || https.port === 0 || trusted_proxies.length > 0)
    return undefined
  const own = ownAddresses()
  const isKeptOut = reach.tries.every(
    ({ place, handshake }) => handshake.kind !== 'no-handshake' && !own.includes(place.host),
  )
  if (!isKeptOut) return undefined
  const place = { host: hereFor(https.host), port: https.port }
  return (await shakeHands(place, publicHost(patient))).kind === 'done' ? place : undefined
})

/** @returns where somebody shakes hands, or what stands in the place of all that would be looked at there. */
export async function whereReached(patient: Patient): Promise<{ place: Place } | { unreached: Judged[] }> {
  const reach = await reachOf(patient)
  const found = reach.kind === 'tried' ? reach.tries.find(({ handshake }) => handshake.kind === 'done') : undefined
  if (found) return { place: found.place }
  const here = await placeHere(patient, reach)
  if (here) return { place: here }
  const url = patient.config.public_url
  const sentence = `not looked at, for nothing is reached at ${url} from here (see "Reaching it").`
  return { unreached: [{ verdict: 'unseen', found: sentence }] }
}
