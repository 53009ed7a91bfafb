import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, X509Certificate } from 'node:crypto'
import { on, once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { ExecutionContext } from 'ava'
import { Agent, request } from 'undici'
import { localCertificate } from '../../../src/certificates/local/local-certificate.ts'
import { temporaryFolder } from '../environment.ts'
import { freePort } from '../free-port.ts'
import { until } from '../until.ts'
import { type PebblePrograms, pebblePrograms } from './pebble-programs.ts'

export interface PebbleOptions {
  /** Where it looks for http-01 and tls-alpn-01, on 127.0.0.1. */
  httpPort?: number
  tlsPort?: number
  /** Seconds that certificates of a profile are valid. */
  profiles?: Record<string, number>
  /** Percent of good nonces that are refused. */
  nonceReject?: number
  /** Percent of authorizations that are used again. */
  authorizationReuse?: number
  /** Such as PEBBLE_VA_ALWAYS_VALID. */
  variables?: Record<string, string>
  /** The server of names that it asks instead of its own, as `127.0.0.1:PORT`. */
  asks?: string
  /** Names that it gives no certificate for. */
  blocked?: string[]
  /** HMAC keys by their ids: then it registers nobody who hasn't one of them. */
  externalAccounts?: Record<string, string>
}

/** A CA of the test's, whose names all lead to this machine. */
export interface Pebble {
  /** URL of the directory, and what it is trusted by: a file, and its text. */
  directory: string
  caFile: string
  roots: string
  /** What it has logged. */
  log: () => string
  /** PEM of what the certificates it gives out are trusted by. */
  root: () => Promise<string>
  /** What it answers to who asks when to renew (RFC 9773). */
  setRenewalInfo: (certificate: string, start: Date, end: Date) => Promise<void>
  /** Records of type TXT; the name without a dot at its end. */
  setTxt: (name: string, value: string) => Promise<void>
  clearTxt: (name: string) => Promise<void>
  /** What `setTxt` asks, for a program that does it. */
  challengeServer: string
  /** The address of the server of names, `127.0.0.1:PORT`. */
  nameServer: string
  /** Of a CA that is down. What it knew is forgotten. */
  stop: () => Promise<void>
  restart: () => Promise<void>
}

const PROFILES = { classic: 90 * 86_400, shortlived: 6 * 86_400 }

/**
 * Starts one on free ports. It ends with the test.
 *
 *     const pebble = await startPebble(t, { httpPort })
 *     if (!pebble) return
 */
export async function startPebble(t: ExecutionContext, options: PebbleOptions = {}): Promise<Pebble | undefined> {
  const programs = await pebblePrograms(t)
  if (!programs) return undefined
  const folder = temporaryFolder(t)
  await localCertificate({ directory: folder, names: ['localhost', '127.0.0.1'], now: Date.now(), randomBytes })
  for (let tried = 1; ; tried++) {
    const started = await startNow(t, programs, folder, options)
    if (typeof started !== 'string') return started
    if (tried === 5 || !started.includes('address already in use')) throw new Error(`pebble did not start: ${started}`)
  }
}

async function startNow(
  t: ExecutionContext,
  { pebble, challengeServer }: PebblePrograms,
  folder: string,
  { httpPort = 1, tlsPort = 1, profiles = PROFILES, blocked = [], externalAccounts, ...options }: PebbleOptions,
): Promise<Pebble | string> {
  const [port, management, names, control] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const nameServer = `127.0.0.1:${names}`
  const [certificate, privateKey, caFile] = ['local.pem', 'local.key', 'local-ca.pem'].map((name) => join(folder, name))
  const config = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate,
    privateKey,
    httpPort,
    tlsPort,
    domainBlocklist: blocked,
    ...(externalAccounts && { externalAccountBindingRequired: true, externalAccountMACKeys: externalAccounts }),
    retryAfter: { authz: 1, order: 1 },
    keyAlgorithm: 'ecdsa',
    profiles: Object.fromEntries(
      Object.entries(profiles).map(([name, validityPeriod]) => [name, { description: name, validityPeriod }]),
    ),
  }
  const configFile = join(folder, 'pebble.json')
  writeFileSync(configFile, JSON.stringify({ pebble: config }))
  const env = {
    PATH: process.env.PATH,
    PEBBLE_VA_NOSLEEP: '1',
    PEBBLE_WFE_NONCEREJECT: String(options.nonceReject ?? 0),
    PEBBLE_AUTHZREUSE: String(options.authorizationReuse ?? 100),
    ...options.variables,
  }
  const run = () =>
    startProgram(
      t,
      pebble,
      ['-config', configFile, '-dnsserver', options.asks ?? nameServer],
      env,
      'ACME directory available at',
    )
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-doh', '']
  const words = [...off, '-dnsserver', nameServer, '-management', `127.0.0.1:${control}`, '-defaultIPv6', '']
  const server = await startProgram(t, challengeServer, words, env, 'Starting management server')
  if (!server.child) return server.output
  let running = await run()
  if (!running.child) return running.output

  const roots = readFileSync(caFile as string, 'utf8')
  const dispatcher = new Agent({ connect: { ca: roots } })
  t.teardown(() => dispatcher.close())
  const headers = { 'user-agent': 'test' }
  const directory = `https://127.0.0.1:${port}/dir`
  /** It says that it listens just before it does. */
  const isThere = () =>
    request(directory, { dispatcher }).then(
      ({ body }) => body.dump().then(() => true),
      () => false,
    )
  await until(isThere)
  const tell = async (url: string, body: unknown) => {
    const answer = await request(url, { method: 'POST', headers, body: JSON.stringify(body), dispatcher })
    const said = await answer.body.text()
    if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${said}`)
  }
  return {
    directory,
    caFile: caFile as string,
    roots,
    log: () => running.output,
    root: async () => (await request(`https://127.0.0.1:${management}/roots/0`, { dispatcher })).body.text(),
    setRenewalInfo: (pem, start, end) =>
      tell(`https://127.0.0.1:${management}/set-renewal-info/`, {
        certificate: new X509Certificate(pem).toString(),
        ariResponse: JSON.stringify({ suggestedWindow: { start, end } }),
      }),
    setTxt: (name, value) => tell(`http://127.0.0.1:${control}/set-txt`, { host: `${name}.`, value }),
    clearTxt: (name) => tell(`http://127.0.0.1:${control}/clear-txt`, { host: `${name}.` }),
    challengeServer: `http://127.0.0.1:${control}`,
    nameServer,
    stop: () => running.stop(),
    async restart() {
      await running.stop()
      running = await run()
      await until(isThere)
    },
  }
}

interface StartedProgram {
  /** Undefined where it has ended instead. */
  child: ChildProcess | undefined
  output: string
  stop: () => Promise<void>
}

async function startProgram(
  t: ExecutionContext,
  program: string,
  words: string[],
  env: NodeJS.ProcessEnv,
  ready: string,
): Promise<StartedProgram> {
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  const started: StartedProgram = {
    child,
    output: '',
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
  t.teardown(started.stop)
  const note = (text: string) => {
    started.output += text
  }
  child.stderr.setEncoding('utf8').on('data', note)
  const output: Readable = child.stdout.setEncoding('utf8').on('data', note)
  for await (const _ of on(output, 'data', { close: ['close'] })) if (started.output.includes(ready)) return started
  return { ...started, child: undefined }
}
