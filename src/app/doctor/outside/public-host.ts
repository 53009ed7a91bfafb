import { isIP } from 'node:net'
import { certificateName } from '../../../certificates/server-certificate.ts'
import type { Patient } from '../examination.ts'

/** Where a connection goes: an address, or a name that this machine knows. */
export interface Place {
  host: string
  port: number
}

/** The host of the public URL, as certificates and name servers spell it. */
export function publicHost({ config }: Pick<Patient, 'config'>): string {
  return certificateName(new URL(config.public_url).hostname)
}

/** The path of an endpoint of the gateway's own. */
export function pathTo({ config }: Pick<Patient, 'config'>, endpoint: string): string {
  return `${config.oauth.base_path}/${endpoint}`
}

/**
 * Where the public URL leads from here: all of its IPv4 addresses, for that is what Alexa has; those of IPv6 where there
 * is nothing else.
 * @returns none where the name has no address. @throws where no name server could be asked.
 */
export async function placesOf(patient: Pick<Patient, 'config' | 'ways'>): Promise<Place[]> {
  const { config, ways } = patient
  if (ways.connectTo) return [ways.connectTo]
  const host = publicHost(patient)
  const port = Number(new URL(config.public_url).port || 443)
  if (isIP(host)) return [{ host, port }]
  const four = await ways.resolve(host, 4)
  const addresses = four.length > 0 ? four : await ways.resolve(host, 6)
  return addresses.map((address) => ({ host: address, port }))
}

/** As one writes it. */
export function shown({ host, port }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
