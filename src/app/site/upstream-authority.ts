import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { StartError } from '../start-error.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** The certificates of the CAs that are trusted at an upstream, as PEM. @throws StartError */
export async function upstreamAuthority(file: string, upstream: string): Promise<string> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new StartError(
      `${file} can't be read: ${(error as Error).message}. Copy the certificate of the CA that made the one of ${upstream} there, or take upstreams.${upstream}.ca out of the configuration.`,
    )
  }
  const certificates = text.match(CERTIFICATE) ?? []
  if (certificates.length === 0 || !certificates.every(isCertificate))
    throw new StartError(`${file} should hold the PEM certificate of a CA (-----BEGIN CERTIFICATE-----).`)
  // TLS would silently trust nobody for a file with something else in it.
  return certificates.join('\n')
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
