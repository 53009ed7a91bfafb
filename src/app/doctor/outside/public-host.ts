import { certificateName } from '../../../certificates/server-certificate.ts'
import type { Patient } from '../examination.ts'

/** Where a connection goes: an address, or a name that this machine knows. */
export interface Place {
  host: string
  port: number
  /** Whether it expects the PROXY protocol of this machine. */
  announced?: boolean
}

/** The host of the public URL, as certificates and name servers spell it. */
export function publicHost({ config }: Pick<Patient, 'config'>): string {
  return certificateName(new URL(config.public_url).hostname)
}

/** The path of an endpoint of the gateway's own. */
export function pathTo({ config }: Pick<Patient, 'config'>, endpoint: string): string {
  return `${config.oauth.base_path}/${endpoint}`
}

/** As one writes it. */
export function shown({ host, port }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
