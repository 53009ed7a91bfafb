import { z } from 'zod'
import { type AddressRange, isAddressRange, parseAddressRange } from '../net/address-range.ts'
import { keys, seconds, text } from './forms.ts'

/** Loopback, the private and the link-local networks. @see RFC 1918, RFC 3927, RFC 4193, RFC 4291 */
const HOME = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '::1',
  'fc00::/7',
  'fe80::/10',
]

/** What clients may take of the machine. */
export function limitsSchema() {
  return keys({
    connections: whole('connections', 16, 100_000)
      .optional()
      .describe(
        'Connections that may be open at once, in all. If absent, half of the descriptors that the process may have, at most 1000.',
      ),
    reserved: whole('connections', 0, 100_000)
      .optional()
      .describe('How many of them only `own_networks` may use; an eighth if absent.'),
    per_address: whole('connections', 1, 100_000)
      .default(256)
      .describe(
        'Connections from one address, in IPv6 from one /64. `own_networks` and `listen.trusted_proxies` have no such limit; with `listen.proxy_protocol` it is that of the client behind the proxy which counts.',
      ),
    own_networks: z
      .array(text('an address such as 192.168.1.2, or a range such as 10.0.0.0/8', isAddressRange), {
        error: 'a list of addresses',
      })
      .meta({ takes: 'a list of addresses' })
      .default(HOME)
      .transform((ranges) => ranges.map((range) => parseAddressRange(range) as AddressRange))
      .describe("The owner's networks: loopback and the private ones if absent."),
    handshakes: whole('handshakes', 8, 10_000)
      .default(64)
      .describe('TLS handshakes that may be unfinished at once; others wait for their turn.'),
    send_timeout: seconds(1, 3600)
      .default(30)
      .describe('Seconds in which a client has to take something of what is sent to it; a quarter when room is short.'),
    upload_rate: whole('bytes a second', 1, 1_000_000)
      .default(500)
      .describe('Bytes a second that a body has to come with, while the upstream takes them.'),
    upload_grace: seconds(1, 300)
      .default(20)
      .describe('By how many seconds a body may be behind that; a quarter when room is short.'),
    memory: whole('megabytes', 128, 1_000_000)
      .optional()
      .describe(
        'Megabytes in RAM past which new requests are answered 503. If absent, 1024, or half of what the machine or container has, if that is less.',
      ),
  })
    .prefault({})
    .describe('What clients may take of the machine.')
}

function whole(unit: string, least: number, most: number) {
  const expected = `whole ${unit} from ${least} to ${most}`
  return z
    .int({ error: expected })
    .min(least, { error: expected })
    .max(most, { error: expected })
    .meta({ takes: expected })
}
