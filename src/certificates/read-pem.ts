import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { CertificateError } from './certificate-error.ts'
import { otherForm } from './other-forms.ts'
import { readCertificateFile } from './read-certificate-file.ts'

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const KEY = /-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----[^-]+-----END \1-----/
/** An older form has headers with hyphens in them. */
const WHOLE_ENCRYPTED_KEY = /-----BEGIN ((?:RSA |EC |ENCRYPTED )PRIVATE KEY)-----[\s\S]+?-----END \1-----/
const ENCRYPTED_KEY = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/

/** @throws CertificateError file_missing, file_unreadable, certificate_invalid */
export async function readCertificates(path: string): Promise<X509Certificate[]> {
  return parseCertificates(await readText(path), path)
}

/** @throws CertificateError file_missing, file_unreadable, key_encrypted, key_invalid */
export async function readPrivateKey(path: string): Promise<KeyObject> {
  return parsePrivateKey(await readText(path), path)
}

/**
 * @param path where the text comes from, as the error should call it
 * @throws CertificateError certificate_invalid
 */
export function parseCertificates(text: string, path: string): X509Certificate[] {
  const blocks = text.match(CERTIFICATES)
  if (!blocks) {
    const found = text.includes('PRIVATE KEY-----')
      ? 'it holds a private key: are the certificate and the key swapped?'
      : (otherForm(text, path) ??
        'it needs a PEM file, which has -----BEGIN CERTIFICATE----- in it. Convert or copy the certificate again.')
    throw new CertificateError('certificate_invalid', `${path} holds no whole certificate; ${found}`)
  }
  // A block cut short would otherwise be left out in silence, and the chain be incomplete.
  if (text.split('-----BEGIN CERTIFICATE-----').length - 1 !== blocks.length) {
    throw new CertificateError('certificate_invalid', `A certificate in ${path} is cut short: copy the file again.`)
  }
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block)
    } catch (error) {
      const which = `Certificate ${index + 1} of ${blocks.length} in ${path}`
      throw new CertificateError('certificate_invalid', `${which} is damaged: copy the file again.`, error)
    }
  })
}

/**
 * @param path where the text comes from, as the error should call it
 * @throws CertificateError key_encrypted, key_invalid
 */
export function parsePrivateKey(text: string, path: string, password?: string): KeyObject {
  if (ENCRYPTED_KEY.test(text)) return decryptedKey(text, path, password)
  const block = text.match(KEY)?.[0]
  if (!block) {
    const found = text.includes('BEGIN CERTIFICATE-----')
      ? 'it holds a certificate: are the certificate and the key swapped?'
      : (otherForm(text, path) ??
        'it needs a PEM file, which begins with five hyphens and has the words PRIVATE KEY in its first line.')
    throw new CertificateError('key_invalid', `${path} holds no whole private key; ${found}`)
  }
  try {
    return createPrivateKey(block)
  } catch (error) {
    throw new CertificateError('key_invalid', `The private key in ${path} is damaged: copy the file again.`, error)
  }
}

function decryptedKey(text: string, path: string, password: string | undefined): KeyObject {
  if (password === undefined) {
    const remedy = `openssl pkey -in ${path} -out decrypted.key, and keep that file readable by Skillgate only.`
    const message = `${path} is encrypted with a passphrase. Write tls.password, or decrypt it: ${remedy}`
    throw new CertificateError('key_encrypted', message)
  }
  const block = text.match(WHOLE_ENCRYPTED_KEY)?.[0]
  if (!block) {
    throw new CertificateError('key_invalid', `The private key in ${path} is cut short: copy the file again.`)
  }
  try {
    return createPrivateKey({ key: block, passphrase: password })
  } catch (error) {
    const check = `openssl pkey -in ${path} -noout  asks for it.`
    throw new CertificateError('key_encrypted', `tls.password does not decrypt the key in ${path}:  ${check}`, error)
  }
}

/** Each byte a character, so that what isn't text is known by its first bytes. */
async function readText(path: string): Promise<string> {
  return (await readCertificateFile(path)).toString('latin1')
}
