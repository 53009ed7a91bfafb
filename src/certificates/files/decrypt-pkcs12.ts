import { createDecipheriv, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { type Asn1Element, integerOf, octetsOf, oidOf, parseAsn1, partsOf, SEQUENCE } from './asn1-element.ts'

/** How the file is encrypted isn't known here. */
export class UnknownCipher extends Error {}
export class WrongPassword extends Error {}

const PBES2 = '1.2.840.113549.1.5.13'
const PBKDF2 = '1.2.840.113549.1.5.12'
const OLD = /^1\.2\.840\.113549\.1\.12\.1\.[36]$/
const HASHES: Record<string, string> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}
/** Seconds of work. The older way is gone on the only thread, and no program has ever asked for as much there. */
const ROUNDS_LIMIT = { modern: 5_000_000, old: 200_000 }
/** With the bytes of their keys. */
const CIPHERS: Record<string, [name: string, keyBytes: number]> = {
  '2.16.840.1.101.3.4.1.2': ['aes-128-cbc', 16],
  '2.16.840.1.101.3.4.1.22': ['aes-192-cbc', 24],
  '2.16.840.1.101.3.4.1.42': ['aes-256-cbc', 32],
  '1.2.840.113549.3.7': ['des-ede3-cbc', 24],
}

/**
 * @param algorithm an AlgorithmIdentifier. @returns one element of ASN.1
 * @throws WrongPassword, UnknownCipher, RangeError
 */
export async function decryptPkcs12(
  algorithm: Asn1Element | undefined,
  data: Buffer,
  password: string,
): Promise<Buffer> {
  const [id, parameters] = partsOf(algorithm)
  const name = oidOf(id)
  let plain: Buffer | undefined
  if (name === PBES2) plain = await decryptModern(partsOf(parameters), data, password)
  else if (OLD.test(name) && parameters) {
    roundsOf(partsOf(parameters)[1], ROUNDS_LIMIT.old)
    // Most files are newer: their owners are spared node-forge.
    const { decryptOldPkcs12 } = await import('./decrypt-old-pkcs12.ts')
    plain = decryptOldPkcs12(name, parameters.whole, data, password)
  } else throw new UnknownCipher(name)
  if (plain === undefined) throw new WrongPassword('padding')
  try {
    // One wrong password of 256 makes something of the right length.
    parseAsn1(plain)
  } catch (error) {
    throw new WrongPassword('nonsense', { cause: error })
  }
  return plain
}

/** @see RFC 8018 section 6.2 */
async function decryptModern(
  [derivation, encryption]: Asn1Element[],
  data: Buffer,
  password: string,
): Promise<Buffer | undefined> {
  const [derivationId, derivationParameters] = partsOf(derivation)
  const [cipherId, iv] = partsOf(encryption)
  const cipher = CIPHERS[oidOf(cipherId)]
  if (oidOf(derivationId) !== PBKDF2 || !cipher) throw new UnknownCipher(oidOf(cipherId))
  const [salt, iterations, ...rest] = partsOf(derivationParameters)
  const prf = rest.find(({ tag }) => tag === SEQUENCE)
  const hash = prf ? HASHES[oidOf(partsOf(prf)[0])] : 'sha1'
  if (!hash) throw new UnknownCipher('hash')
  const [name, keyBytes] = cipher
  const rounds = roundsOf(iterations, ROUNDS_LIMIT.modern)
  const key = await promisify(pbkdf2)(password, octetsOf(salt), rounds, keyBytes, hash)
  const decipher = createDecipheriv(name, key, octetsOf(iv))
  try {
    return Buffer.concat([decipher.update(data), decipher.final()])
  } catch {
    return undefined
  }
}

/** @throws UnknownCipher where that would take for ever */
function roundsOf(element: Asn1Element | undefined, limit: number): number {
  const rounds = integerOf(element)
  if (rounds > limit) throw new UnknownCipher(`${rounds} rounds`)
  return rounds
}
