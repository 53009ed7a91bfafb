import { createPublicKey } from 'node:crypto'
import type { Environment } from '../../config/environment.ts'
import { DAY, dayOf } from '../server-certificate.ts'
import { newRsaKey } from './new-rsa-key.ts'

/** What somebody signs with who plays Alexa. */
export interface SimulatedAlexa {
  /** PEM: the certificate for `echo-api.amazon.com`, and the CA that made it. */
  chain: string
  /** PEM, PKCS#8. */
  key: string
}

/** Good for a day; the key of its CA is kept by nobody. */
export async function makeSimulatedAlexa({ now, randomBytes }: Environment): Promise<SimulatedAlexa> {
  const { makeCertificate } = await import('./local-ca.ts')
  const [caKey, key] = [await newRsaKey(), await newRsaKey()]
  const at = now()
  const issuer = `Skillgate simulator of Alexa (${dayOf(at)})`
  const common = { key: caKey, issuer, now: at, end: at + DAY, randomBytes }
  const ca = makeCertificate({
    ...{ ...common, publicKey: createPublicKey(caKey), subject: issuer },
    extensions: () => [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const own = makeCertificate({
    ...{ ...common, publicKey: createPublicKey(key), subject: 'echo-api.amazon.com' },
    extensions: () => [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'echo-api.amazon.com' }] },
    ],
  })
  return { chain: own + ca, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
