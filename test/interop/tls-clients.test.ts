import { execFile, spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { makeChain } from '../support/certificate-chain.ts'
import { findProgram } from '../support/program.ts'
import { startTlsListener, type TlsListener } from '../support/tls-listener.ts'

interface Served {
  listener: TlsListener
  openssl: string
}

/** A gateway with keys of both kinds for a name and for what is below another. */
async function serve(t: ExecutionContext): Promise<Served | undefined> {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return undefined
  const names = ['dev.example', '*.music.example']
  const certificates = (['rsa', 'ec'] as const).map((kind) => makeChain(t, openssl, kind, names).pushed)
  return { listener: await startTlsListener(t, { certificates }), openssl }
}

/** @returns all that `openssl s_client` says of a handshake, after which it ends. */
async function connectWith({ listener, openssl }: Served, words: string[]): Promise<string> {
  const child = spawn(openssl, ['s_client', '-connect', `127.0.0.1:${listener.port}`, '-showcerts', ...words])
  child.stdin.end()
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  return out + errors
}

test('openssl s_client: TLS 1.2, 1.3, CBC alone, no SNI and a wildcard get in, each with its chain', async (t) => {
  const served = await serve(t)
  if (!served) return
  const named = ['-servername', 'dev.example']
  for (const [words, cipher, issuer] of [
    [['-tls1_3', ...named], 'TLS_AES_', 'Between ec'],
    [['-tls1_3', '-sigalgs', 'rsa_pss_rsae_sha256', ...named], 'TLS_AES_', 'Between rsa'],
    [['-tls1_2', ...named], 'ECDHE-ECDSA-AES128-GCM-SHA256', 'Between ec'],
    [['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-SHA', ...named], 'ECDHE-RSA-AES128-SHA', 'Between rsa'],
    [['-tls1_2', '-cipher', 'ECDHE-RSA-AES256-SHA384', '-noservername'], 'ECDHE-RSA-AES256-SHA384', 'Between rsa'],
    [['-noservername'], 'TLS_AES_', 'Between ec'],
    [['-servername', 'one.music.example'], 'TLS_AES_', 'Between ec'],
  ] as const) {
    const said = await connectWith(served, [...words])
    const title = words.join(' ')
    t.true(said.includes(`Cipher is ${cipher}`), `${title}: ${said}`)
    t.regex(said, new RegExp(`i:CN ?= ?${issuer} dev\\.example`), title)
    // Its own, and the one between.
    t.is(said.match(/BEGIN CERTIFICATE/g)?.length, 2, title)
  }
})

test('openssl s_client: an unknown name, two labels for a wildcard, TLS 1.1 and static RSA see no certificate', async (t) => {
  const served = await serve(t)
  if (!served) return
  for (const [words, alert] of [
    [['-servername', 'unknown.example'], /unrecognized name/],
    [['-servername', 'a.b.music.example'], /unrecognized name/],
    [['-servername', 'music.example', '-tls1_2'], /unrecognized name/],
    [['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0', '-servername', 'dev.example'], /protocol version/],
    [['-tls1_2', '-cipher', 'AES128-SHA', '-servername', 'dev.example'], /handshake failure/],
  ] as const) {
    const said = await connectWith(served, [...words])
    t.notRegex(said, /BEGIN CERTIFICATE/, words.join(' '))
    t.regex(said, alert, words.join(' '))
  }
})

test('sslscan finds TLS 1.2 and 1.3 alone, and no hole', async (t) => {
  const sslscan = findProgram(t, 'sslscan', 'sslscan')
  const served = await serve(t)
  if (sslscan === undefined || !served) return
  const words = ['--no-colour', '--sni-name=dev.example', `127.0.0.1:${served.listener.port}`]
  const { stdout } = await promisify(execFile)(sslscan, words, { timeout: 600_000 })
  for (const version of ['SSLv2', 'SSLv3', 'TLSv1.0', 'TLSv1.1'])
    t.regex(stdout, new RegExp(`^${version.replace('.', '\\.')} +disabled`, 'm'), stdout)
  for (const version of ['TLSv1.2', 'TLSv1.3'])
    t.regex(stdout, new RegExp(`^${version.replace('.', '\\.')} +enabled`, 'm'), stdout)
  t.notRegex(stdout, /[^t] vulnerable to heartbleed/)
  t.notRegex(stdout, /\b(NULL|EXPORT|RC4|3DES|ADH|DHE-RSA-AES)\b/)
})
