import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openCertificateKeeper } from '../../../src/app/certificates/keep-certificates.ts'
import type { WantedCertificates } from '../../../src/app/certificates/wanted-certificates.ts'
import type { CertificateError } from '../../../src/certificates/certificate-error.ts'
import { filesSource } from '../../../src/certificates/files/files-source.ts'
import { type CertificateRequest, CLIENT_AUTH, issueCertificate } from '../../support/issue-certificate.ts'
import { folderForAll } from '../../support/other-account.ts'
import { shake, startTlsListener } from '../../support/tls-listener.ts'

// Clients compare with the real clock; certificates know whole seconds.
const NOW = Math.floor(Date.now() / 1000) * 1000
const DAY = 86_400_000
const HOST = 'dev.jasonhollis.com'
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey
const [rootKey, issuerKey, leafKey, otherKey] = [ec('P-256'), ec('P-256'), rsa(3072), rsa(3072)]
const root = { subject: 'Everybody’s Root', key: rootKey }
const issuer = { subject: 'Issuing CA', key: issuerKey }
const dates = { notBefore: NOW - DAY, notAfter: NOW + 89 * DAY }
const make = (more: Partial<CertificateRequest> = {}) =>
  issueCertificate({ subject: HOST, key: leafKey, issuer, names: [HOST, '*.jasonhollis.com'], ...dates, ...more })
const rootPem = issueCertificate({ ...root, ...dates, isCa: true })
const issuerPem = issueCertificate({ ...issuer, issuer: root, ...dates, isCa: true })
const leaf = make()
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const der = (text: string) => new X509Certificate(text).raw
const encrypted = (passphrase: string) =>
  leafKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()

/** Paths in a folder of a test's own, and what is done with them. */
function openFolder(t: ExecutionContext) {
  const folder = folderForAll(t)
  const at = (name: string) => join(folder, name)
  const [certificate, key] = [at('fullchain.pem'), at('privkey.pem')]
  return {
    folder,
    at,
    certificate,
    key,
    chain: (...parts: string[]) => writeFileSync(certificate, parts.join('')),
    bytes: (content: Buffer) => writeFileSync(certificate, content),
    secret: (content: string | Buffer) => writeFileSync(key, content),
    put: (name: string, content: string | Buffer) => writeFileSync(at(name), content),
  }
}
type Folder = ReturnType<typeof openFolder>

/** A keeper that serves a good certificate of two files, which a test then spoils. */
async function serve(t: ExecutionContext, password?: string) {
  const folder = openFolder(t)
  folder.chain(leaf, issuerPem)
  folder.secret(password === undefined ? pem(leafKey) : encrypted(password))
  const now = () => NOW
  const listener = await startTlsListener(t, { publicRoots: [rootPem] })
  const { store } = listener
  const names = [HOST, 'www.jasonhollis.com']
  const { certificate, key } = folder
  const wanted: WantedCertificates[] = [{ name: 'files', names, settings: { source: 'files', certificate, key } }]
  const keeper = openCertificateKeeper({
    store,
    now,
    open: () =>
      filesSource({
        certificate,
        key,
        host: HOST,
        names,
        now,
        roots: [rootPem],
        ...(password !== undefined && { password: async () => password }),
      }),
    log: { info() {}, warn() {}, error: (line: object) => t.log(line) },
  })
  ;(await keeper.prepare(wanted)).commit()
  const before = store.list()
  t.is(before.length, 1)
  let changes = 0
  store.onChange(() => changes++)
  return {
    folder,
    /** @returns what the next look comes to, after which what was served has to be served still. */
    async refused(): Promise<CertificateError | undefined> {
      const error = await keeper.prepare(wanted).then(
        () => undefined,
        (error: CertificateError) => error,
      )
      t.is(changes, 0)
      t.deepEqual(store.list(), before)
      t.is(keeper.certificates()[0]?.certificate, leaf + issuerPem)
      const socket = await shake(listener, HOST, { ca: rootPem, rejectUnauthorized: true })
      t.is(socket.getPeerX509Certificate()?.fingerprint256, new X509Certificate(leaf).fingerprint256)
      socket.destroy()
      return error
    },
  }
}

interface Bad {
  code: CertificateError['code']
  /** Makes the files bad. */
  spoil: (folder: Folder) => void
  /** The whole of what is said. C is the path of the certificate, K that of the key, F their folder. */
  says: string
  password?: string
}

const SWAPPED = 'are the certificate and the key swapped?'
const NOT_PEM =
  'it needs a PEM file, which has -----BEGIN CERTIFICATE----- in it. Convert or copy the certificate again.'
const ANEW = 'Have a certificate made for a new key: RSA of 2048 bits or more.'
const WEAKER = 'If that is meant, restart Skillgate: a start takes what is there.'
const EXPIRES = new Date(NOW - 2 * DAY).toISOString().slice(0, 10)
const TODAY = new Date(NOW).toISOString().slice(0, 10)

const BAD: Record<string, Bad> = {
  'is empty': {
    code: 'certificate_invalid',
    spoil: ({ chain }) => chain(''),
    says: `C holds no whole certificate; ${NOT_PEM}`,
  },
  'is half written': {
    code: 'certificate_invalid',
    spoil: ({ chain }) => chain(leaf.slice(0, 400)),
    says: `C holds no whole certificate; ${NOT_PEM}`,
  },
  'is half written, in its second certificate': {
    code: 'certificate_invalid',
    spoil: ({ chain }) => chain(leaf, issuerPem.slice(0, 200)),
    says: 'A certificate in C is cut short: copy the file again.',
  },
  'has damaged base64': {
    code: 'certificate_invalid',
    spoil: ({ chain }) => chain(leaf, issuerPem.replace(/\nMII.{20}/, '\nAAAAAAAA')),
    says: 'Certificate 2 of 2 in C is damaged: copy the file again.',
  },
  'is DER that is called PEM': {
    code: 'certificate_invalid',
    spoil: ({ bytes }) => bytes(der(leaf)),
    says: 'C holds no whole certificate; it is in DER, which has no room for a chain. Convert it:  openssl x509 -inform der -in C -out C.pem  and append the chain.',
  },
  'is PKCS#7': {
    code: 'certificate_invalid',
    spoil: ({ chain }) => chain('-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n'),
    says: 'C holds no whole certificate; it is PKCS#7. Convert it:  openssl pkcs7 -print_certs -in C -out C.pem',
  },
  'is a request for a certificate': {
    code: 'certificate_invalid',
    spoil: ({ chain }) => chain('-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n'),
    says: 'C holds no whole certificate; it is a request for a certificate: take the file that the CA has answered it with.',
  },
  'is text in UTF-16': {
    code: 'certificate_invalid',
    spoil: ({ bytes }) => bytes(Buffer.from(`\ufeff${leaf}`, 'utf16le')),
    says: 'C holds no whole certificate; it is text in UTF-16: save it as plain text (UTF-8 or ASCII).',
  },
  'is a web page': {
    code: 'certificate_invalid',
    spoil: ({ chain }) => chain('<!DOCTYPE html><title>404</title>'),
    says: 'C holds no whole certificate; it is a web page: the download gave an error in place of the file.',
  },
  'is the key': {
    code: 'certificate_invalid',
    spoil: ({ chain }) => chain(pem(leafKey)),
    says: `C holds no whole certificate; it holds a private key: ${SWAPPED}`,
  },
  'has a PKCS#12 file that is cut short in its place': {
    code: 'certificate_invalid',
    spoil: ({ bytes }) => bytes(Buffer.from('308203e8020103308203b006092a864886f70d010701', 'hex')),
    says: 'The PKCS#12 file C is damaged or cut short: copy the file again.',
  },
  'belongs to another key': {
    code: 'key_mismatch',
    spoil: ({ secret }) => secret(pem(otherKey)),
    says: `The key in K does not belong to the certificate in C (CN=${HOST}). Use the two from the same renewal.`,
  },
  'has expired': {
    code: 'certificate_expired',
    spoil: ({ chain }) => chain(make({ notBefore: NOW - 90 * DAY, notAfter: NOW - 2 * DAY }), issuerPem),
    says: `Certificate 1 in C (CN=${HOST}) expired on ${EXPIRES}; today is ${TODAY}. Renew it, and check what should have renewed it.`,
  },
  'has an issuer that has expired': {
    code: 'certificate_expired',
    spoil: ({ chain }) =>
      chain(leaf, issueCertificate({ ...issuer, issuer: root, notBefore: 0, notAfter: NOW - 2 * DAY, isCa: true })),
    says: `Certificate 2 in C (CN=Issuing CA) expired on ${EXPIRES}; today is ${TODAY}. Renew it, and check what should have renewed it.`,
  },
  'is not yet valid': {
    code: 'certificate_not_yet_valid',
    spoil: ({ chain }) => chain(make({ notBefore: NOW + DAY }), issuerPem),
    says: `Certificate 1 in C (CN=${HOST}) is valid only from ${new Date(NOW + DAY).toISOString()}; it is ${new Date(NOW).toISOString()} now. Check this machine's clock.`,
  },
  'is self-signed': {
    code: 'certificate_self_signed',
    spoil: ({ chain }) => chain(issueCertificate({ subject: HOST, key: leafKey, names: [HOST], ...dates })),
    says: `C is self-signed (CN=${HOST}), so nobody can trust it but by hand. Write tls.source: local, with which Skillgate makes a CA and certificates of its own, or use one that a CA has made.`,
  },
  'is a CA that signed itself, as "openssl req -x509" makes it': {
    code: 'certificate_self_signed',
    spoil: ({ chain }) => chain(issueCertificate({ subject: HOST, key: leafKey, names: [HOST], ...dates, isCa: true })),
    says: `C is self-signed (CN=${HOST}), so nobody can trust it but by hand. Write tls.source: local, with which Skillgate makes a CA and certificates of its own, or use one that a CA has made.`,
  },
  'is that of a CA': {
    code: 'certificate_wrong_purpose',
    spoil: ({ chain }) => chain(make({ isCa: true }), issuerPem),
    says: `C begins with the certificate of a CA (CN=${HOST}), not of a server. Put one first that it has made for this server.`,
  },
  'is for clients only': {
    code: 'certificate_wrong_purpose',
    spoil: ({ chain }) => chain(make({ usages: [CLIENT_AUTH] }), issuerPem),
    says: 'C is not a certificate for a TLS server (its extended key usage lacks serverAuth). Ask the CA for a server certificate.',
  },
  'has its chain in the wrong order': {
    code: 'chain_out_of_order',
    spoil: ({ chain }) => chain(issuerPem, leaf),
    says: 'The key in K belongs to certificate 2 in C. Put that one first, then the one that issued it.',
  },
  'has the rest of its chain in the wrong order': {
    code: 'chain_out_of_order',
    spoil: ({ chain }) => chain(leaf, rootPem, issuerPem),
    says: `Certificate 2 in C (CN=Everybody’s Root) did not issue the one before it (CN=${HOST}). Put the own certificate first, then each one that issued the one before it.`,
  },
  'has the chain of another': {
    code: 'chain_out_of_order',
    spoil: ({ chain }) => chain(leaf, issueCertificate({ subject: 'Stranger', key: otherKey, ...dates, isCa: true })),
    says: `Certificate 2 in C (CN=Stranger) did not issue the one before it (CN=${HOST}). Put the own certificate first, then each one that issued the one before it.`,
  },
  'holds the chain without the own certificate': {
    code: 'certificate_missing',
    spoil: ({ chain }) => chain(issuerPem, rootPem),
    says: 'C holds certificates of CAs only (CN=Issuing CA; CN=Everybody’s Root). Put the one that they made for this server first (fullchain.pem).',
  },
  'is for other names': {
    code: 'certificate_wrong_name',
    spoil: ({ chain }) => chain(make({ names: ['jasonhollis.com', '*.dev.jasonhollis.com'] }), issuerPem),
    says: `C is not for ${HOST}, the host of public_url; it is for jasonhollis.com, *.dev.jasonhollis.com. Use a certificate for ${HOST}.`,
  },
  'has a wildcard two labels above': {
    code: 'certificate_wrong_name',
    spoil: ({ chain }) => chain(make({ names: ['*.com'] }), issuerPem),
    says: `C is not for ${HOST}, the host of public_url; it is for *.com. Use a certificate for ${HOST}.`,
  },
  'has its name in the subject only': {
    code: 'certificate_wrong_name',
    spoil: ({ chain }) => chain(make({ names: [] }), issuerPem),
    says: `C is not for ${HOST}, the host of public_url; it is for no name at all. Use a certificate for ${HOST}.`,
  },
  'has lost one of its names': {
    code: 'certificate_weaker',
    spoil: ({ chain }) => chain(make({ names: [HOST] }), issuerPem),
    says: `C is weaker than what is served: it is no longer for www.jasonhollis.com. ${WEAKER}`,
  },
  'has a key that can be broken': {
    code: 'key_weak',
    spoil: ({ chain, secret }) => {
      const key = rsa(1024)
      chain(make({ key }), issuerPem)
      secret(pem(key))
    },
    says: `The key in K is RSA of 1024 bits, too small. ${ANEW}`,
  },
  'has a key that no browser knows': {
    code: 'key_weak',
    spoil: ({ chain, secret }) => {
      const key = ec('secp256k1')
      chain(make({ key }), issuerPem)
      secret(pem(key))
    },
    says: `The key in K is secp256k1, which clients do not know. ${ANEW}`,
  },
  'has a smaller key': {
    code: 'certificate_weaker',
    spoil: ({ chain, secret }) => {
      const key = rsa(2048)
      chain(make({ key }), issuerPem)
      secret(pem(key))
    },
    says: `C is weaker than what is served: its key is RSA of 2048 bits, where RSA of 3072 bits was served. ${WEAKER}`,
  },
  'has an EC key where RSA was served': {
    code: 'certificate_weaker',
    spoil: ({ chain, secret }) => {
      const key = ec('P-256')
      chain(make({ key }), issuerPem)
      secret(pem(key))
    },
    says: `C is weaker than what is served: its key is EC of 256 bits, where RSA of 3072 bits was served, and Alexa’s older clients want RSA (certbot: --key-type rsa). ${WEAKER}`,
  },
  'is signed with SHA-1': {
    code: 'signature_weak',
    spoil: ({ chain }) => chain(make({ hash: 'sha1' }), issuerPem),
    says: `Certificate 1 in C (CN=${HOST}) is signed with ecdsa-with-SHA1, which can be forged. Ask the CA for one that is signed with SHA-256.`,
  },
  'has lost its chain': {
    code: 'certificate_weaker',
    spoil: ({ chain }) => chain(make()),
    says: `C is weaker than what is served: its chain is not complete, for the certificate of CN=Issuing CA is missing (fullchain.pem has it). ${WEAKER}`,
  },
  'is of a CA that not everybody trusts, where that one was': {
    code: 'certificate_weaker',
    spoil: ({ chain }) => {
      const staging = { subject: '(STAGING) CA', key: otherKey }
      chain(
        make({ issuer: staging }),
        issueCertificate({ ...staging, issuer: { subject: '(STAGING) Root', key: ec('P-256') }, ...dates, isCa: true }),
      )
    },
    says: `C is weaker than what is served: its chain ends with CN=(STAGING) CA, made by CN=(STAGING) Root, whom not everybody trusts, while what is served is trusted by everybody. ${WEAKER}`,
  },
  'has an empty key': {
    code: 'key_invalid',
    spoil: ({ secret }) => secret(''),
    says: 'K holds no whole private key; it needs a PEM file, which begins with five hyphens and has the words PRIVATE KEY in its first line.',
  },
  'has a key that is half written': {
    code: 'key_invalid',
    spoil: ({ secret }) => secret(pem(leafKey).slice(0, 900)),
    says: 'K holds no whole private key; it needs a PEM file, which begins with five hyphens and has the words PRIVATE KEY in its first line.',
  },
  'has a key in DER': {
    code: 'key_invalid',
    spoil: ({ secret }) => secret(leafKey.export({ type: 'pkcs8', format: 'der' })),
    says: 'K holds no whole private key; it is a key in DER. Convert it:  openssl pkey -inform der -in K -out K.pem',
  },
  'has its public key only': {
    code: 'key_invalid',
    spoil: ({ secret }) => secret(new X509Certificate(leaf).publicKey.export({ type: 'spki', format: 'pem' })),
    says: 'K holds no whole private key; it is a public key only: the private one has to be here.',
  },
  'has an encrypted key, and no password is written': {
    code: 'key_encrypted',
    spoil: ({ secret }) => secret(encrypted('abracadabra')),
    says: 'K is encrypted with a passphrase. Write tls.password, or decrypt it: openssl pkey -in K -out decrypted.key, and keep that file readable by Skillgate only.',
  },
  'has a key that is encrypted with another password': {
    code: 'key_encrypted',
    password: 'abracadabra',
    spoil: ({ secret }) => secret(encrypted('open sesame')),
    says: 'tls.password does not decrypt the key in K:  openssl pkey -in K -noout  asks for it.',
  },
  'is gone': {
    code: 'file_missing',
    spoil: ({ certificate }) => unlinkSync(certificate),
    says: 'C does not exist: check the path under tls.',
  },
  'is a symlink to what is gone': {
    code: 'file_missing',
    spoil: ({ certificate }) => {
      unlinkSync(certificate)
      symlinkSync('../../archive/home/fullchain7.pem', certificate)
    },
    says: 'C is a link to ../../archive/home/fullchain7.pem, which does not exist: check what keeps it fresh, such as "certbot certificates".',
  },
  'is a loop of symlinks': {
    code: 'file_unreadable',
    spoil: ({ certificate, at }) => {
      unlinkSync(certificate)
      symlinkSync('other.pem', certificate)
      symlinkSync('fullchain.pem', at('other.pem'))
    },
    says: "C can't be read (ELOOP): its links lead in a circle:  namei C",
  },
  'is a folder': {
    code: 'file_unreadable',
    spoil: ({ certificate }) => {
      unlinkSync(certificate)
      mkdirSync(certificate)
    },
    says: 'C is a folder: name the file in it, such as C/fullchain.pem.',
  },
  'has a file where a folder should be': {
    code: 'file_unreadable',
    spoil: ({ folder }) => {
      rmSync(folder, { recursive: true })
      writeFileSync(folder, '')
    },
    says: "C can't be read (ENOTDIR): something above it is a file, and should be a folder:  namei C",
  },
  'is a pipe that nobody writes into': {
    code: 'file_unreadable',
    spoil: ({ certificate }) => {
      unlinkSync(certificate)
      execFileSync('mkfifo', [certificate])
    },
    says: 'C is no plain file, but a pipe or a device: check the path under tls.',
  },
  'is a file of a gigabyte': {
    code: 'file_unreadable',
    spoil: ({ certificate }) => truncateSync(certificate, 1_073_741_824),
    says: 'C has 1073741824 bytes, far more than any certificate: check the path under tls.',
  },
}

for (const [what, { code, spoil, says, password }] of Object.entries(BAD)) {
  test(`a certificate that ${what} is refused in these words, and the one before stays`, async (t) => {
    const { folder, refused } = await serve(t, password)
    spoil(folder)
    const error = await refused()
    const named = says.replaceAll(/\b[CK]\b/g, (letter) =>
      letter === 'C' ? folder.certificate : letter === 'K' ? folder.key : letter,
    )
    t.is(error?.message, named)
    t.is(error?.code, code)
    t.notRegex(error?.message ?? '', /\n/)
  })
}
