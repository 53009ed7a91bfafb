import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { keepStaples } from '../../src/app/certificates/keep-staples.ts'
import { askResponder } from '../../src/certificates/ocsp/fetch-answer.ts'
import { openStaples, type Staples } from '../../src/certificates/ocsp/staples.ts'
import { makeChain } from '../support/certificate-chain.ts'
import { freePort } from '../support/free-port.ts'
import { type Issued, type OcspAuthority, openOcspAuthority, serveAnswers } from '../support/ocsp-authority.ts'
import { findProgram } from '../support/program.ts'
import { ask, shake, startTlsListener, type TlsListener } from '../support/tls-listener.ts'

const run = promisify(execFile)
const NAME = 'home.example'

/** What `openssl s_client` is handed over at a handshake. */
async function statusOf(openssl: string, { port }: TlsListener, ca: string, ...more: string[]): Promise<string> {
  const words = ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', NAME, '-status', '-CAfile', ca, ...more]
  const running = run(openssl, words)
  running.child.stdin?.end()
  return (await running).stdout
}

const GOOD = /OCSP Response Status: successful[\s\S]*Cert Status: good/
const NONE = /OCSP response: no response sent/

function noLog() {
  const lines: string[] = []
  const note = (fields: object, message?: string) =>
    void lines.push(`${message}: ${(fields as { detail: string }).detail}`)
  return { lines, log: { info: note, warn: note, error: note } as never }
}

async function serve(t: ExecutionContext, issued: Issued[], staples: Staples): Promise<TlsListener> {
  return startTlsListener(t, { certificates: issued, change: { staples } })
}

test('the answer of openssl ocsp gets to openssl s_client, over TLS 1.2 and 1.3, as soon as it is there', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const authority = await openOcspAuthority(t)
  const issued = await startResponder(t, openssl, authority)
  const { log, lines } = noLog()
  const staples = openStaples({ now: Date.now, ask: askResponder, log })
  const listener = await serve(t, [issued], staples)
  t.regex(await statusOf(openssl, listener, authority.files.ca), NONE, 'no handshake waits for it')
  staples.set([issued])
  await staples.look()
  for (const version of ['-tls1_2', '-tls1_3'])
    t.regex(await statusOf(openssl, listener, authority.files.ca, version), GOOD, version)
  t.deepEqual(lines, [])
  // Who doesn't ask for one gets on as well.
  const socket = await shake(listener, NAME)
  t.regex(await ask(socket, NAME), /^HTTP\/1.1 200/)
  socket.destroy()
})

/** It knows what was issued when it starts. @returns a certificate that names it. It ends with the test. */
async function startResponder(t: ExecutionContext, openssl: string, authority: OcspAuthority): Promise<Issued> {
  const { files } = authority
  const port = await freePort()
  const issued = await authority.issue({ name: NAME, responder: `http://127.0.0.1:${port}/` })
  const signer = ['-rsigner', files.ca, '-rkey', files.key, '-CA', files.ca]
  const child = spawn(openssl, ['ocsp', '-index', files.index, ...signer, '-port', `${port}`, '-ndays', '1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGTERM')
    await ended
  })
  for await (const line of createInterface(child.stdout)) if (line.startsWith('ACCEPT')) return issued
  throw new Error('openssl ocsp has ended')
}

test('each certificate gets its own answer, and one that is revoked none', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const authority = await openOcspAuthority(t)
  const responder = await serveAnswers(t, async (request) => ({ body: await authority.answer(request) }))
  const [one, other] = [
    await authority.issue({ name: NAME, responder }),
    await authority.issue({ name: 'other.example', responder }),
  ]
  authority.revoke(one)
  const staples = openStaples({ now: Date.now, ask: askResponder, log: noLog().log })
  const listener = await serve(t, [one, other], staples)
  staples.set([one, other])
  await staples.look()
  t.regex(await statusOf(openssl, listener, authority.files.ca), NONE)
  const status = await statusOf(openssl, listener, authority.files.ca, '-servername', 'other.example')
  t.regex(status, GOOD)
  t.true(status.includes(other.leaf.serialNumber))
})

test('a responder that never answers holds up no handshake, and no end', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const authority = await openOcspAuthority(t)
  const asked = Promise.withResolvers<void>()
  const responder = await serveAnswers(t, () => {
    asked.resolve()
    return new Promise(() => {})
  })
  const issued = await authority.issue({ name: NAME, responder })
  const staples = openStaples({ now: Date.now, ask: askResponder, log: noLog().log })
  const listener = await serve(t, [issued], staples)
  const stop = keepStaples({ staples, store: listener.store, certificates: () => [issued], log: noLog().log })
  await asked.promise
  t.regex(await statusOf(openssl, listener, authority.files.ca), NONE)
  await stop()
})

test('what is pushed later is asked about at once', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const authority = await openOcspAuthority(t)
  const asked = Promise.withResolvers<void>()
  const responder = await serveAnswers(t, async () => {
    asked.resolve()
    return { status: 503, body: Buffer.alloc(0) }
  })
  const served = [await authority.issue({ name: NAME })]
  const staples = openStaples({ now: Date.now, ask: askResponder, log: noLog().log })
  const listener = await serve(t, served, staples)
  const stop = keepStaples({
    ...{ staples, store: listener.store, certificates: () => served, log: noLog().log },
    sleep: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)),
  })
  served[0] = await authority.issue({ name: NAME, responder })
  listener.store.push('files', served)
  await t.notThrowsAsync(asked.promise)
  await stop()
})

test('of two certificates with different kinds of keys each client gets one that it can use, with the answer about that one', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const authority = await openOcspAuthority(t)
  const responder = await serveAnswers(t, async (request) => ({ body: await authority.answer(request) }))
  const issued = await authority.issue({ name: NAME, responder })
  const staples = openStaples({ now: Date.now, ask: askResponder, log: noLog().log })
  const ec = makeChain(t, openssl, 'ec', [NAME]).pushed
  const listener = await startTlsListener(t, { certificates: [issued, ec], change: { staples } })
  staples.set([issued, ec])
  await staples.look()
  const clients: [words: string[], kind: RegExp, status: RegExp][] = [
    [[], /Peer signature type: ECDSA/, NONE],
    [['-tls1_2'], /Peer signature type: ECDSA/, NONE],
    [['-sigalgs', 'rsa_pss_rsae_sha256:RSA+SHA256'], /Peer signature type: RSA/, GOOD],
    // As the older ones of Alexa's: all kinds of signatures, but suites with RSA alone.
    [['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256'], /Peer signature type: RSA/, GOOD],
    [['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-SHA256'], /Peer signature type: RSA/, GOOD],
    [['-tls1_2', '-groups', 'X25519'], /Peer signature type: RSA/, GOOD],
  ]
  for (const [words, kind, status] of clients) {
    const said = await statusOf(openssl, listener, authority.files.ca, ...words)
    t.regex(said, kind, words.join(' '))
    t.regex(said, status, words.join(' '))
  }
})
