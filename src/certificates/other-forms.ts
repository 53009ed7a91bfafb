type Form = [RegExp, (path: string) => string]

/** A sequence that begins with version 3 (RFC 7292 section 4). */
const PKCS12 = /^30(..){1,5}020103/

/** By the first bytes, in hexadecimal. */
const BINARY_FORMS: Form[] = [
  [/^(fffe|feff)/, () => 'it is text in UTF-16: save it as plain text (UTF-8 or ASCII).'],
  [PKCS12, () => 'it is a PKCS#12 file: name it as tls.certificate, and leave tls.key out.'],
  [
    /^30(..){1,5}0201(00|01)/,
    (path) => `it is a key in DER. Convert it:  openssl pkey -inform der -in ${path} -out ${path}.pem`,
  ],
  [
    /^30(..){1,5}06092a864886f70d010702/,
    (path) => `it is PKCS#7 in DER. Convert it:  openssl pkcs7 -inform der -print_certs -in ${path} -out ${path}.pem`,
  ],
  [
    /^30(..){1,5}308/,
    (path) =>
      `it is in DER, which has no room for a chain. Convert it:  openssl x509 -inform der -in ${path} -out ${path}.pem  and append the chain.`,
  ],
  [
    /^feedfeed/,
    (path) =>
      `it is a keystore of Java’s. Convert it:  keytool -importkeystore -srckeystore ${path} -destkeystore ${path}.p12 -deststoretype PKCS12`,
  ],
]

const TEXT_FORMS: Form[] = [
  [
    /-----BEGIN PKCS7-----/,
    (path) => `it is PKCS#7. Convert it:  openssl pkcs7 -print_certs -in ${path} -out ${path}.pem`,
  ],
  [
    /-----BEGIN (NEW )?CERTIFICATE REQUEST-----/,
    () => 'it is a request for a certificate: take the file that the CA has answered it with.',
  ],
  [
    /-----BEGIN TRUSTED CERTIFICATE-----/,
    (path) => `it is in a form of OpenSSL’s own. Convert it:  openssl x509 -in ${path} -out ${path}.pem`,
  ],
  [
    /-----BEGIN OPENSSH PRIVATE KEY-----/,
    (path) => `it is a key of OpenSSH’s. Convert it:  ssh-keygen -p -m PKCS8 -f ${path}`,
  ],
  [/-----BEGIN PUBLIC KEY-----/, () => 'it is a public key only: the private one has to be here.'],
  [/^\s*<(!doctype|html)/i, () => 'it is a web page: the download gave an error in place of the file.'],
]

const FIRST_BYTES = 24

/**
 * What a file is instead of what is looked for, and the command that makes it what it should be.
 * @param text of the file, each byte a character. @returns how a sentence goes on, where it is something that is known.
 */
export function otherForm(text: string, path: string): string | undefined {
  const form =
    BINARY_FORMS.find(([bytes]) => bytes.test(firstBytes(text))) ?? TEXT_FORMS.find(([words]) => words.test(text))
  return form?.[1](path)
}

/** @param text of the file, each byte a character. */
export const isPkcs12 = (text: string): boolean => PKCS12.test(firstBytes(text))

const firstBytes = (text: string): string => Buffer.from(text.slice(0, FIRST_BYTES), 'latin1').toString('hex')
