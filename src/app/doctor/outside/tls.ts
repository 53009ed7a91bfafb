import type { ConnectionOptions } from 'node:tls'
import type { Judged } from './judged.ts'
import { lookThere } from './look-there.ts'
import { type Place, publicHost } from './public-host.ts'
import { type Handshake, shakeHands } from './shake-hands.ts'

/** What a client offers that has nothing else. */
const OFFERS = {
  /** What Alexa links with. */
  'TLS 1.2': { maxVersion: 'TLSv1.2' },
  'TLS 1.3': { minVersion: 'TLSv1.3' },
  /** Some of Amazon's clients. */
  CBC: {
    maxVersion: 'TLSv1.2',
    ciphers: [
      ...[
        'ECDHE-ECDSA-AES128-SHA256',
        'ECDHE-RSA-AES128-SHA256',
        'ECDHE-ECDSA-AES256-SHA384',
        'ECDHE-RSA-AES256-SHA384',
      ],
      ...['ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA', 'ECDHE-RSA-AES256-SHA'],
      ...['AES128-SHA256', 'AES256-SHA256', 'AES128-SHA', 'AES256-SHA', '@SECLEVEL=0'],
    ].join(':'),
  },
  /** Clients that know no other signatures. */
  RSA: { maxVersion: 'TLSv1.2', ciphers: 'aRSA:@SECLEVEL=0' },
  /** What nobody should speak any more. @see RFC 8996 */
  'TLS 1.1': { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
} as const satisfies Record<string, ConnectionOptions>

export type Offer = keyof typeof OFFERS

/** Whether each kind of client gets through the handshake. */
export const TLS = lookThere('tls', 'TLS', async (patient, place) =>
  judgeTls(await shakeAll(place, publicHost(patient))),
)

async function shakeAll(place: Place, host: string): Promise<Record<Offer, Handshake>> {
  const done: Partial<Record<Offer, Handshake>> = {}
  // One after another: a server may take it ill when one address does many at once.
  for (const offer of Object.keys(OFFERS) as Offer[]) done[offer] = await shakeHands(place, host, OFFERS[offer])
  return done as Record<Offer, Handshake>
}

const REMEDY = {
  gateway:
    'where the gateway itself answers on 443: tls.suites: alexa in gateway.yaml, which is what it has unless told otherwise.',
  proxy: 'Where a proxy does, there (nginx: ssl_protocols and ssl_ciphers; Cloudflare: SSL/TLS, Edge Certificates).',
}

export function judgeTls(handshakes: Record<Offer, Handshake>): Judged[] {
  const isDone = (offer: Offer) => handshakes[offer].kind === 'done'
  const remedy = `${REMEDY.gateway} ${REMEDY.proxy}`
  if (!isDone('TLS 1.2')) {
    return [
      {
        verdict: 'fault',
        found: `TLS 1.2 is refused (${whyNot(handshakes['TLS 1.2'])}).`,
        needs: 'TLS 1.2: where 1.3 was the minimum, linking failed.',
        remedy: `allow TLS 1.2 beside 1.3: ${remedy}`,
      },
    ]
  }
  const found: Judged[] = []
  if (!isDone('CBC')) {
    found.push({
      verdict: 'attention',
      found: `suites with CBC are refused (${whyNot(handshakes.CBC)}).`,
      needs: "some of Amazon's clients have been seen to offer nothing else; others get through without.",
      remedy: `if Alexa can't link, add ECDHE-RSA-AES128-SHA256 and ECDHE-RSA-AES128-SHA: ${remedy}`,
    })
  }
  if (!isDone('RSA')) {
    found.push({
      verdict: 'attention',
      found: 'there is no RSA certificate: a client that offers RSA alone is refused.',
      needs: "an RSA certificate, for older ones of Amazon's clients.",
      remedy:
        "if Alexa can't link, have an RSA certificate made (certbot: --key-type rsa), or serve one beside the other.",
    })
  }
  if (isDone('TLS 1.1')) {
    found.push({
      verdict: 'attention',
      found: 'TLS 1.1 or older is accepted, which nobody needs and which can be attacked.',
      needs: 'TLS 1.2 and 1.3 alone.',
      remedy: `take the older ones out: ${remedy}`,
    })
  }
  const spoken = isDone('TLS 1.3') ? 'TLS 1.2 and 1.3 are' : 'TLS 1.2 is'
  const also = [isDone('CBC') && 'suites with CBC', isDone('RSA') && 'clients of RSA alone'].filter(Boolean)
  const more = also.length > 0 ? `, and ${also.join(' and ')}` : ''
  return [{ verdict: 'good', found: `${spoken} spoken${more}.` }, ...found]
}

function whyNot(handshake: Handshake): string {
  return handshake.kind === 'done' ? '' : handshake.why
}
