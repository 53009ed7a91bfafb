import { execFile } from 'node:child_process'
import { createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import type { ExecutionContext } from 'ava'
import { makeCaCertificate, makeCertificate } from '../../src/certificates/local/local-ca.ts'
import { newRsaKey } from '../../src/certificates/local/new-rsa-key.ts'
import { oid, TAG, writeDer } from '../../src/certificates/ocsp/der.ts'
import type { ServerCertificate } from '../../src/certificates/server-certificate.ts'
import { listenUntilEnd } from './listen-until-end.ts'

const run = promisify(execFile)
const DAY = 86_400_000

export interface Issued extends ServerCertificate {
  leaf: X509Certificate
}

export interface IssueOptions {
  name?: string
  mustStaple?: boolean
  /** Whether it is for signing answers, and of nothing else. */
  signsAnswers?: boolean
  responder?: string
}

/** A CA whose responder is `openssl ocsp`. */
export interface OcspAuthority {
  certificate: X509Certificate
  issue: (options?: IssueOptions) => Promise<Issued>
  revoke: (issued: Issued) => void
  /** What `openssl ocsp` answers to a request. @param signer whose key signs; the CA's, if absent. */
  answer: (request: Buffer, more?: { signer?: Issued; flags?: string[] }) => Promise<Buffer>
  /** The files of the CA, for an `openssl ocsp` that listens by itself. */
  files: { index: string; ca: string; key: string }
}

/** Made with the clock on the wall, which OpenSSL looks at. */
export async function openOcspAuthority(t: ExecutionContext): Promise<OcspAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'skillgate-ocsp-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const now = Date.now()
  const key = await newRsaKey()
  const pem = makeCaCertificate({ key, host: 'ocsp.example', now, randomBytes })
  const certificate = new X509Certificate(pem)
  const issuer = certificate.subject.replace('CN=', '')
  const issued = new Map<string, 'V' | 'R'>()
  const files = { index: join(folder, 'index.txt'), ca: join(folder, 'ca.pem'), key: join(folder, 'ca.key') }
  writeFileSync(files.ca, pem)
  writeFileSync(files.key, pemOf(key))
  writeIndex()

  function writeIndex(): void {
    const lines = [...issued].map(([serial, state]) => {
      const at = stamp(now)
      return `${state}\t${stamp(now + 90 * DAY)}\t${state === 'R' ? at : ''}\t${serial}\tunknown\t/CN=${serial}\n`
    })
    writeFileSync(files.index, lines.join(''))
  }

  return {
    certificate,
    files,
    async issue({ name = 'home.example', mustStaple = false, signsAnswers = false, responder } = {}) {
      const own = await newRsaKey()
      const made = makeCertificate({
        ...{ key, publicKey: createPublicKey(own), subject: name, issuer, now, end: now + 90 * DAY, randomBytes },
        extensions: () => [
          { name: 'basicConstraints', cA: false, critical: true },
          { name: 'extKeyUsage', ...(signsAnswers ? { '1.3.6.1.5.5.7.3.9': true } : { serverAuth: true }) },
          { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
          ...(responder === undefined ? [] : [authorityInfoAccess(responder)]),
          ...(mustStaple ? [MUST_STAPLE] : []),
        ],
      })
      const leaf = new X509Certificate(made)
      issued.set(leaf.serialNumber, 'V')
      writeIndex()
      const dates = { notBefore: now, notAfter: now + 90 * DAY }
      return { certificate: made + pem, key: pemOf(own), names: [name], ...dates, made: true, warnings: [], leaf }
    },
    revoke({ leaf }) {
      issued.set(leaf.serialNumber, 'R')
      writeIndex()
    },
    async answer(request, { signer, flags = ['-ndays', '1'] } = {}) {
      const id = randomBytes(4).toString('hex')
      const [asked, answered] = [join(folder, `${id}.req`), join(folder, `${id}.resp`)]
      writeFileSync(asked, request)
      let [certificateFile, keyFile] = [files.ca, files.key]
      if (signer) {
        certificateFile = join(folder, `${id}.pem`)
        keyFile = join(folder, `${id}.key`)
        writeFileSync(certificateFile, signer.certificate)
        writeFileSync(keyFile, signer.key)
      }
      const who = ['-index', files.index, '-CA', files.ca, '-rsigner', certificateFile, '-rkey', keyFile]
      await run('openssl', ['ocsp', ...who, '-reqin', asked, '-respout', answered, ...flags])
      return readFileSync(answered)
    },
  }
}

/** A server that answers every POST with what this makes of its body. @returns its URL. */
export async function serveAnswers(
  t: ExecutionContext,
  answer: (request: Buffer) => Promise<{ status?: number; headers?: Record<string, string>; body: Buffer }>,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const { status = 200, headers = {}, body } = await answer(await buffer(request))
    response.writeHead(status, headers).end(body)
  })
  return `http://127.0.0.1:${await listenUntilEnd(t, server)}/`
}

function authorityInfoAccess(responder: string): object {
  const access = [
    writeDer(TAG.oid, oid('1.3.6.1.5.5.7.48.1')),
    writeDer(TAG.implicit(6), Buffer.from(responder, 'latin1')),
  ]
  const value = writeDer(TAG.sequence, writeDer(TAG.sequence, ...access))
  return { id: '1.3.6.1.5.5.7.1.1', value: value.toString('latin1') }
}

const MUST_STAPLE = {
  id: '1.3.6.1.5.5.7.1.24',
  value: writeDer(TAG.sequence, writeDer(TAG.integer, Buffer.of(5))).toString('latin1'),
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function stamp(time: number): string {
  return new Date(time).toISOString().replace(/^..|[-:T]|\.\d+/g, '')
}
