import { isIP } from 'node:net'
import { addressKind } from '../../../net/address-kind.ts'
import { onceAPatient } from './once-a-patient.ts'
import { publicHost } from './public-host.ts'

/** Where the name of the public URL leads. */
export interface NamedAddresses {
  host: string
  four: string[]
  six: string[]
  /** What the domain's own name servers say of IPv4, asked where `four` is not public; undefined where they weren't. */
  outside?: string[] | undefined
}

export const isPublic = (address: string): boolean => addressKind(address) === 'public'

/** Nothing where the public URL has a bare address. @throws where no name server could be asked. */
export const lookUpName = onceAPatient(async (patient): Promise<NamedAddresses> => {
  const { ways } = patient
  const host = publicHost(patient)
  if (isIP(host) !== 0) return { host, four: [], six: [] }
  const [four, six] = await Promise.all([ways.resolve(host, 4), ways.resolve(host, 6)])
  const outside = four.every(isPublic) ? undefined : await ways.resolveOutside?.(host, 4).catch(() => undefined)
  return { host, four, six, outside }
})
