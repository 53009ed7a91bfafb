import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { CertificateError } from '../certificate-error.ts'
import { type Asn1Element, octetsOf, oidOf, parseAsn1, partsOf } from './asn1-element.ts'
import { decryptPkcs12, UnknownCipher, WrongPassword } from './decrypt-pkcs12.ts'

export interface Pkcs12 {
  /** In no particular order: the file has none. */
  certificates: X509Certificate[]
  keys: KeyObject[]
}

const DATA = '1.2.840.113549.1.7.1'
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
const BAGS = '1.2.840.113549.1.12.10.1.'

/**
 * What a PKCS#12 file holds (RFC 7292). Its bags are opened here, and node:crypto reads what is in them: node-forge knows no
 * EC keys, and would keep everybody waiting for a modern key derivation. The file's MAC isn't looked at: a wrong password
 * shows when the bags are opened, and whoever may write the file may write that too.
 * @param path as the error should call it. @param password the empty one, unless there is another.
 * @throws CertificateError key_encrypted, certificate_invalid
 */
export async function readPkcs12(bytes: Buffer, path: string, password?: string): Promise<Pkcs12> {
  const found: Pkcs12 = { certificates: [], keys: [] }
  try {
    const [, authSafe] = partsOf(parseAsn1(bytes))
    for (const info of partsOf(parseAsn1(dataOf(partsOf(authSafe))))) {
      const [type, content] = partsOf(info)
      const isEncrypted = oidOf(type) === ENCRYPTED_DATA
      const bags = isEncrypted ? await decryptedData(content, password ?? '') : dataOf([type, content])
      await readBags(parseAsn1(bags), found, password ?? '')
    }
    return found
  } catch (error) {
    throw explained(error, path, password)
  }
}

function explained(error: unknown, path: string, password: string | undefined): CertificateError {
  if (error instanceof UnknownCipher) {
    const command = `openssl pkcs12 -legacy -in ${path} -nodes -out ${path}.pem`
    const message = `${path} is encrypted in a way that Skillgate does not know. Make a PEM file of it:  ${command}`
    return new CertificateError('certificate_invalid', message, error)
  }
  if (error instanceof WrongPassword) {
    const message =
      password === undefined
        ? `${path} is encrypted with a password: write it as tls.password, in a file or a variable.`
        : `tls.password does not open ${path}:  openssl pkcs12 -in ${path} -noout  asks for it.`
    return new CertificateError('key_encrypted', message, error)
  }
  const message = `The PKCS#12 file ${path} is damaged or cut short: copy the file again.`
  return new CertificateError('certificate_invalid', message, error)
}

/** @param info the parts of a ContentInfo: its type, and its content in a tag of its own. */
function dataOf([type, content]: (Asn1Element | undefined)[]): Buffer {
  if (oidOf(type) !== DATA) throw new UnknownCipher(oidOf(type))
  return octetsOf(partsOf(content)[0])
}

/** @see RFC 2315 section 13 */
function decryptedData(content: Asn1Element | undefined, password: string): Promise<Buffer> {
  const [, info] = partsOf(partsOf(content)[0])
  const [, algorithm, encrypted] = partsOf(info)
  return decryptPkcs12(algorithm, octetsOf(encrypted), password)
}

async function readBags(bags: Asn1Element, found: Pkcs12, password: string): Promise<void> {
  for (const bag of partsOf(bags)) {
    const [type, tagged] = partsOf(bag)
    const value = partsOf(tagged)[0]
    if (!value) throw new RangeError('an empty bag')
    switch (oidOf(type)) {
      case `${BAGS}1`:
        found.keys.push(keyFrom(value.whole))
        break
      case `${BAGS}2`: {
        const [algorithm, encrypted] = partsOf(value)
        found.keys.push(keyFrom(await decryptPkcs12(algorithm, octetsOf(encrypted), password)))
        break
      }
      case `${BAGS}3`:
        found.certificates.push(new X509Certificate(octetsOf(partsOf(partsOf(value)[1])[0])))
        break
      case `${BAGS}6`:
        await readBags(value, found, password)
    }
  }
}

const keyFrom = (key: Buffer): KeyObject => createPrivateKey({ key, format: 'der', type: 'pkcs8' })
