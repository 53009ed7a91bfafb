import { createPublicKey, X509Certificate } from 'node:crypto'
import { fingerprintOf } from '../../net/fingerprint-of.ts'
import { CLOCK_SKEW_MS } from '../local/lifetimes.ts'
import type { RandomBytes } from '../local/local-ca.ts'
import { newRsaKey } from '../local/new-rsa-key.ts'
import type { LocalCa } from '../local/open-local-ca.ts'
import { chainToPem, commonNameOf } from '../server-certificate.ts'
import { DEVICE_LIFE_MS } from './device-ca.ts'

export interface MadeDevice {
  /** PKCS#12, with the key. */
  file: Buffer
  fingerprint: string
  /** In lower-case hexadecimal. */
  serial: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

interface Options {
  /** The device's, which its certificate is found by. */
  name: string
  /** What opens the file. */
  password: string
  now: number
  randomBytes: RandomBytes
}

/** A key, and a certificate of the CA of devices for it, good for two years. Nothing of either is kept here. */
export async function makeDevice(ca: LocalCa, { name, password, now, randomBytes }: Options): Promise<MadeDevice> {
  // No start loads node-forge for the sake of devices that are made once in two years.
  const [key, { makeCertificate, toPkcs12 }] = await Promise.all([newRsaKey(), import('../local/local-ca.ts')])
  const made = makeCertificate({
    ...{ key: ca.key, publicKey: createPublicKey(key), now, randomBytes },
    subject: name,
    issuer: commonNameOf(ca.certificate) ?? '',
    end: now - CLOCK_SKEW_MS + DEVICE_LIFE_MS,
    extensions: (issuerKeyId) => [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', clientAuth: true },
      { name: 'subjectKeyIdentifier' },
      { name: 'authorityKeyIdentifier', keyIdentifier: issuerKeyId },
    ],
  })
  const certificate = new X509Certificate(made)
  return {
    file: toPkcs12(key, [made, chainToPem([ca.certificate])], password, name),
    fingerprint: fingerprintOf(certificate),
    serial: certificate.serialNumber.toLowerCase(),
    expiresAt: certificate.validToDate.getTime(),
  }
}
