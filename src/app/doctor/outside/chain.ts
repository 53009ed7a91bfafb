import { judgeChain } from './judge-chain.ts'
import { lookThere } from './look-there.ts'
import { publicHost } from './public-host.ts'
import { shakeHands } from './shake-hands.ts'

/**
 * The certificates as Alexa reads them: what the server sends in TLS 1.2, and nothing that a browser would fetch or
 * remember.
 */
export const CHAIN = lookThere('chain', 'Certificate', async (patient, place) => {
  const host = publicHost(patient)
  const { environment, ways } = patient
  const handshake = await shakeHands(place, host, { maxVersion: 'TLSv1.2' })
  if (handshake.kind !== 'done' || handshake.sent.length === 0) {
    const why = handshake.kind === 'done' ? 'none were sent' : handshake.why
    return [
      {
        verdict: 'unseen',
        found: `its certificates can't be looked at as Alexa does, over TLS 1.2: ${why} (see "TLS").`,
      },
    ]
  }
  return judgeChain({ host, sent: handshake.sent, roots: ways.roots, now: environment.now() })
})
