import { generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { makeCertificate } from '../../src/certificates/local/local-ca.ts'

const DAY = 86_400_000
const NOW = Date.now()

interface Authority {
  key: KeyObject
  name: string
  pem: string
}

/** An authority that a test has everybody trust, and one below it that issues certificates. */
export const ROOT = makeAuthority('Test Root')
export const INTERMEDIATE = makeAuthority('Test Intermediate', ROOT)

export function makeAuthority(name: string, by?: Authority): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = makeCertificate({
    ...{ key: by?.key ?? privateKey, publicKey, subject: name, issuer: by?.name ?? name, randomBytes },
    ...{ now: NOW - 30 * DAY, end: NOW + 3650 * DAY },
    extensions: () => [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { key: privateKey, name, pem }
}

interface LeafOptions {
  names?: string[]
  by?: Authority
  /** Days from now. */
  from?: number
  until?: number
  bits?: number
  /** Its own keys; new ones, if absent. */
  pair?: { privateKey: KeyObject; publicKey: KeyObject }
}

/** A server's certificate, and its key, in PEM; without those above it. */
export function makeLeaf({
  names = ['dev.jasonhollis.com'],
  by = INTERMEDIATE,
  from = -10,
  until = 80,
  bits = 2048,
  pair = generateKeyPairSync('rsa', { modulusLength: bits }),
}: LeafOptions = {}) {
  const { privateKey, publicKey } = pair
  const pem = makeCertificate({
    ...{ key: by.key, publicKey, subject: names[0] ?? 'nobody', issuer: by.name, randomBytes },
    // It is made to begin an hour before.
    ...{ now: NOW + from * DAY, end: NOW + until * DAY },
    extensions: () => [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      ...(names.length > 0 ? [{ name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) }] : []),
    ],
  })
  return { pem, privateKey, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/** A certificate that vouches for itself. */
export function makeSelfSigned(name = 'dev.jasonhollis.com') {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const by = { key: pair.privateKey, name, pem: '' }
  return makeLeaf({ names: [name], by, pair })
}

/** As a server would send them. */
export function chainOf(...pems: string[]): X509Certificate[] {
  return pems.map((pem) => new X509Certificate(pem))
}
