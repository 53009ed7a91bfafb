import { isIP } from 'node:net'
import { isAnnounced } from '../../listening/is-announced.ts'
import type { Patient } from '../examination.ts'
import { isPublic, lookUpName } from './look-up-name.ts'
import { type Place, publicHost } from './public-host.ts'

/** A name may have thousands, and each is waited for. */
const PLACES_LIMIT = 8

/**
 * Where the public URL leads from here: all of its IPv4 addresses, for that is what Alexa has; those of IPv6 where there
 * is nothing else. Where the own network has others, those of outside come first, which a router may not let it have.
 * @returns none where the name has no address. @throws where no name server could be asked.
 */
export async function placesOf(patient: Patient): Promise<Place[]> {
  const places = await allPlaces(patient)
  return places
    .slice(0, PLACES_LIMIT)
    .map((place) => (isAnnounced(patient.config, place) ? { ...place, announced: true } : place))
}

async function allPlaces(patient: Patient): Promise<Place[]> {
  const { config, ways } = patient
  if (ways.connectTo) return [ways.connectTo]
  const host = publicHost(patient)
  const port = Number(new URL(config.public_url).port || 443)
  if (isIP(host)) return [{ host, port }]
  const { four, six, outside = [] } = await lookUpName(patient)
  const all = [...outside.filter(isPublic), ...(four.length > 0 ? four : six)]
  return [...new Set(all)].map((address) => ({ host: address, port }))
}
