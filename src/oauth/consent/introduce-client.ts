import type { BackTo, Voucher } from '../../pages/introduction.ts'
import type { RegisteredClient } from '../clients/clients.ts'

/**
 * What the consent page says of a client besides its name.
 * @param redirectUri where the browser is sent back to, if it is: one that the client may have.
 */
export function introduceClient(
  { id, documented, selfRegistered }: Pick<RegisteredClient, 'id' | 'documented' | 'selfRegistered'>,
  redirectUri: string | undefined,
): { vouchedBy?: Voucher; backTo?: BackTo } {
  return {
    vouchedBy: documented ? { host: new URL(id).host } : selfRegistered && 'nobody',
    backTo: redirectUri === undefined ? undefined : backTo(redirectUri),
  }
}

/** A host as the browser writes it, so that of one with letters that look like others people see that. */
function backTo(redirectUri: string): BackTo {
  const { protocol, hostname, host } = new URL(redirectUri)
  if (protocol !== 'https:' && protocol !== 'http:') return { kind: 'app', uri: redirectUri }
  // Also by https: a certificate of its own makes no other place of it.
  return LOOPBACK.includes(hostname) ? { kind: 'program' } : { kind: 'host', host }
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
