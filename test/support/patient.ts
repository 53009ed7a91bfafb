import { writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { createServer, request, type ServerOptions } from 'node:https'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { callsToGateway } from '../../src/alexa/simulator/call-gateway.ts'
import type { Examination, Finding, Patient, Ways } from '../../src/app/doctor/examination.ts'
import { openControl } from '../../src/app/process/control-socket.ts'
import { loadConfig } from '../../src/config/load.ts'
import { temporaryFolder } from './environment.ts'
import { startTestHouse, type TestConfig, type TestHouse, testConfig } from './gateway.ts'
import { listenUntilEnd } from './listen-until-end.ts'
import { INTERMEDIATE, makeLeaf, ROOT } from './public-certificates.ts'

export const PUBLIC_ADDRESS = '93.184.215.14'
const LEAF = makeLeaf({ names: ['dev.jasonhollis.com', 'localhost'] })
const FULL_CHAIN = { cert: LEAF.pem + INTERMEDIATE.pem, key: LEAF.key }

/** A gateway that Alexa could link with, that can be asked over its control socket, and what a doctor needs to look at it. */
export async function startHealthy(t: ExecutionContext, change: (config: TestConfig) => void = () => {}) {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'full.pem'), FULL_CHAIN.cert)
  writeFileSync(join(folder, 'full.key'), FULL_CHAIN.key, { mode: 0o600 })
  const house = await startTestHouse(t, (config) => {
    config.tls = { source: 'files', certificate: join(folder, 'full.pem'), key: join(folder, 'full.key') }
    change(config)
  })
  const loaded = loadConfig(house.configFile, {})
  // As one would write it, were there only one gateway on this machine.
  const config = { ...loaded, listen: { ...loaded.listen, https: { host: '0.0.0.0', port: house.port } } }
  const examine = async () => ({ ok: true, lines: [], examinable: house.gateway.examine() })
  const warn = () => {}
  const close = await openControl(config.data_dir, { reload: async () => ({ ok: true, lines: [] }), examine }, { warn })
  t.teardown(close)
  const patient: Patient = {
    config,
    configFile: house.configFile,
    environment: house,
    reach: 'everything',
    ways: waysTo(house.port),
  }
  return { house: { ...house, ca: ROOT.pem }, patient, closeControl: close }
}

/** The configuration of a gateway that nobody starts. */
export function configOf(t: ExecutionContext, change: (config: TestConfig) => void = () => {}): Patient['config'] {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  const values = testConfig('http://127.0.0.1:1')
  change(values)
  writeFileSync(file, stringify(values))
  return loadConfig(file, {})
}

/** Everything public is that port of this machine, and the only root is that of the tests. */
export function waysTo(port: number): Ways {
  return {
    resolve: async (_, family) => (family === 4 ? [PUBLIC_ADDRESS] : []),
    connectTo: { host: '127.0.0.1', port },
    roots: [ROOT.pem],
  }
}

/** The same, behind something else. */
export function behind(patient: Patient, port: number): Patient {
  return { ...patient, ways: waysTo(port) }
}

/** What an examination says: the verdict, what was found, what to do. */
export async function lookAt(examination: Examination, patient: Patient): Promise<Finding[]> {
  return examination.look(patient)
}

export interface Passing {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Answering {
  status: number
  headers: OutgoingHttpHeaders
  body: Buffer | string
}

interface Meddling {
  tls?: ServerOptions
  /** What it does with a request: passes another one on, or answers it itself. */
  ask?: (passing: Passing) => Passing | Answering
  /** What it makes of the answer. */
  answer?: (answering: Answering, passing: Passing) => Answering
}

/** A proxy that ends TLS in front of the gateway, and meddles. @returns its port. */
export async function startProxy(
  t: ExecutionContext,
  { port: gateway }: Pick<TestHouse, 'port'>,
  { tls = {}, ask = (passing) => passing, answer = (answering) => answering }: Meddling = {},
): Promise<number> {
  const server = createServer({ ...FULL_CHAIN, ...tls }, async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { method = '', url: path = '', headers } = incoming
    const asked = ask({ method, path, headers, body: Buffer.concat(chunks) })
    const { status, headers: answered, body } = 'status' in asked ? asked : answer(await passOn(asked, gateway), asked)
    outgoing.writeHead(status, { ...answered, 'content-length': Buffer.byteLength(body) }).end(body)
  })
  server.on('tlsClientError', () => {})
  return listenUntilEnd(t, server)
}

function passOn({ method, path, headers, body }: Passing, port: number): Promise<Answering> {
  return new Promise((resolve, reject) => {
    const { 'content-length': _, ...rest } = headers
    const length = method === 'GET' ? {} : { 'content-length': String(body.length) }
    const sent = request({
      ...{ host: '127.0.0.1', port, method, path, agent: false, ca: ROOT.pem, servername: 'dev.jasonhollis.com' },
      headers: { ...rest, ...length },
    })
    sent.once('error', reject)
    sent.once('response', async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      const { 'content-length': _, 'transfer-encoding': __, ...answered } = response.headers
      resolve({ status: response.statusCode ?? 0, headers: answered, body: Buffer.concat(chunks) })
    })
    sent.end(body)
  })
}

/** Calls a house whose certificate is of the tests' root, as it stands. */
export function callsToHouse({ port }: Pick<TestHouse, 'port'>) {
  return callsToGateway({ host: '127.0.0.1', port, publicHost: 'dev.jasonhollis.com', ca: ROOT.pem })
}
