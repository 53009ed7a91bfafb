import forge from 'node-forge'

interface Cipher {
  update: (input: forge.util.ByteStringBuffer) => void
  finish: () => boolean
  output: forge.util.ByteStringBuffer
}

/** What the types of node-forge leave out. */
interface WithPbe {
  pbe: { getCipher: (oid: string, parameters: forge.asn1.Asn1, password: string) => Cipher }
}

/**
 * What OpenSSL calls legacy, and Node's has no more (RFC 7292 appendix B and C).
 * @param oid of 3DES with three keys, or of RC2 with 40 bits, which hides the certificates in older files. @param parameters in DER.
 * @returns undefined where the password is wrong; of 256 wrong ones, one gives nonsense.
 */
export function decryptOldPkcs12(oid: string, parameters: Buffer, data: Buffer, password: string): Buffer | undefined {
  const { pbe } = forge.pki as unknown as WithPbe
  const cipher = pbe.getCipher(oid, forge.asn1.fromDer(parameters.toString('latin1')), password)
  cipher.update(forge.util.createBuffer(data.toString('latin1')))
  return cipher.finish() ? Buffer.from(cipher.output.getBytes(), 'latin1') : undefined
}
