import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import {
  type MusicAssistant,
  type MusicAssistantOptions,
  startMusicAssistant,
} from '../../demo/stand-in-music-assistant.ts'
import type { HouseOptions } from '../../src/app/open-house.ts'
import { type PreparedGateway, prepareGateway, type RunningGateway } from '../../src/app/prepare-gateway.ts'
import type { Environment } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import { type OpenLog, openLog } from '../../src/telemetry/open-log.ts'
import type { Sink } from '../../src/telemetry/sinks/sink.ts'
import { addUser } from '../../src/users/users.ts'
import { EndedRequests } from './ended-requests.ts'
import { temporaryFolder, testEnvironment } from './environment.ts'
import { checkHoldsNoSecret } from './issued-secrets.ts'

export const ISSUER = 'https://dev.jasonhollis.com'
export const JAPAN = 'https://alexa.amazon.co.jp/api/skill/link/MKXZK47785HJ2'
export const ADA = { name: 'ada', displayName: 'Ada Lovelace', password: 'correct horse battery' }

/**
 * What another process writes counts with the next request, not a few milliseconds later; and the upstream gets no
 * requests but those of the test.
 */
const OF_TESTS: HouseOptions = { changesEveryMs: 0, comparesCommands: false }

/**
 * A configuration like the shipped one, on free ports, with what tests need besides. Its upstream has longer to answer
 * than any test waits, for a busy machine is no slow upstream.
 */
export function testConfig(musicAssistant: string) {
  const redirect_uris = ['https://pitangui.amazon.com/api/skill/link/MKXZK47785HJ2', JAPAN]
  const scopes = ['music.read', 'music.control', 'user:read']
  const music: TestUpstream = {
    url: musicAssistant,
    token: { file: 'data/music-assistant.token' },
    response_timeout: 60,
  }
  const upstreams = {
    'music-assistant': music,
    /** The same server for strangers: what a test changes of the one is changed of the other. */
    'music-assistant-open': {
      get url(): string {
        return upstreams['music-assistant'].url
      },
      get response_timeout(): number {
        return upstreams['music-assistant'].response_timeout
      },
      get connections(): number | undefined {
        return upstreams['music-assistant'].connections
      },
      get ca(): string | undefined {
        return upstreams['music-assistant'].ca
      },
    },
    dead: { url: 'http://127.0.0.1:1' },
  }
  return {
    public_url: ISSUER,
    listen: { https: '127.0.0.1:0', http: '127.0.0.1:0' },
    tls: { source: 'local' } as { source: string; certificate?: string; key?: string },
    upstreams,
    oauth: {
      scopes: { 'music.read': 'See your music', 'music.control': 'Play and pause', 'user:read': 'See your name' },
      clients: [
        { id: 'amazon-alexa', name: 'Amazon Alexa', secret: { file: 'data/alexa.secret' }, redirect_uris, scopes },
        { id: 'other', name: 'Other', secret: { file: 'data/other.secret' }, redirect_uris, scopes },
        {
          id: 'phone',
          name: 'Phone app',
          public: true,
          redirect_uris: ['com.example.app:/callback'],
          scopes: ['music.read'],
        },
      ],
    },
    routes: [
      { path: '/api', methods: ['POST'], upstream: 'music-assistant', auth: 'bearer', scopes: ['music.control'] },
      { path: '/ws', upstream: 'music-assistant', auth: 'bearer', websocket: true },
      { path: '/imageproxy/*', methods: ['GET', 'HEAD'], upstream: 'music-assistant-open', auth: 'none' },
      { path: '/open/*', upstream: 'music-assistant-open', auth: 'none', websocket: true },
      { path: '/any/*', upstream: 'music-assistant', auth: 'bearer' },
      { path: '/dead', upstream: 'dead', auth: 'none', websocket: true },
    ],
  }
}

interface TestUpstream {
  url: string
  token: { file: string }
  response_timeout: number
  connections?: number
  ca?: string
}

export type TestConfig = ReturnType<typeof testConfig>

export interface TestHouse {
  folder: string
  configFile: string
  music: MusicAssistant
  gateway: RunningGateway
  /** Changes the configuration file, and has the gateway serve it. @throws what a broken one is refused with. */
  reload: (change?: (config: TestConfig) => void) => Promise<void>
  prepared: PreparedGateway
  port: number
  /** The CA that made the gateway's certificate, where it is the gateway's own. */
  ca: string
  /** Secrets by client. */
  secrets: { alexa: string; other: string }
  /** What was logged, a JSON object a line. */
  log: string[]
  /** Waits for a line of the log with this in it. */
  logged: (expected: string) => Promise<string>
  /** Of each request that has ended. */
  requests: EndedRequests
  /** What was written into the audit file. */
  events: () => Record<string, unknown>[]
  advance: (milliseconds: number) => void
  /** Sets the wall clock on, or back, while no time passes. */
  setClock: (milliseconds: number) => void
  now: () => number
  randomBytes: Environment['randomBytes']
}

/**
 * A stand-in Music Assistant, and a gateway in this process before it, with one user. Both end with the test. A file's
 * tests start all at once: so many houses would keep each other from their work for longer than anybody waits.
 */
export function startTestHouse(
  t: ExecutionContext,
  change: (config: TestConfig) => void = () => {},
  more: HouseOptions = {},
  musicOptions: MusicAssistantOptions = {},
): Promise<TestHouse> {
  const start = () => startNow(t, change, more, musicOptions)
  const started = lastStart.then(start, start)
  lastStart = started
  return started
}

let lastStart: Promise<unknown> = Promise.resolve()

async function startNow(
  t: ExecutionContext,
  change: (config: TestConfig) => void,
  more: HouseOptions,
  musicOptions: MusicAssistantOptions,
): Promise<TestHouse> {
  const folder = temporaryFolder(t)
  const music = await startMusicAssistant(musicOptions)
  t.teardown(() => music.close())
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  const token = music.createToken(music.users[0]!.username)
  writeFileSync(join(folder, 'data', 'music-assistant.token'), token, { mode: 0o600 })
  const values = testConfig(music.url)
  change(values)
  const configFile = join(folder, 'gateway.yaml')
  writeFileSync(configFile, stringify(values))

  const environment = testEnvironment()
  const log: string[] = []
  const opened = logInto(log, environment)
  const requests = new EndedRequests()
  const options = { ...OF_TESTS, ...more, onRequest: requests.add }
  const prepared = await prepareGateway(loadConfig(configFile, {}), environment, opened, options)
  await addUser(prepared.store, environment, ADA)
  const gateway = await prepared.listen()
  t.teardown(async () => {
    await gateway.close()
    await opened.close(FLUSH_TIMEOUT_MS)
    checkHoldsNoSecret(log.join(''), 'the log')
  })
  const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim()
  const secretOf = (client: string) => {
    const file = values.oauth.clients.find(({ id }) => id === client)?.secret?.file
    return file === undefined ? '' : read(file)
  }
  return {
    folder,
    configFile,
    music,
    gateway,
    reload(change = () => {}) {
      change(values)
      writeFileSync(configFile, stringify(values))
      return gateway.reload(loadConfig(configFile, {}))
    },
    prepared,
    port: gateway.https!.port,
    ca: values.tls.source === 'local' ? read('certs/local-ca.pem') : '',
    secrets: { alexa: secretOf('amazon-alexa'), other: secretOf('other') },
    log,
    requests,
    async logged(expected) {
      for (;;) {
        await opened.flush(FLUSH_TIMEOUT_MS)
        const line = log.find((one) => one.includes(expected))
        if (line !== undefined) return line
        await setImmediate()
      }
    },
    events: () =>
      readFileSync(join(folder, 'data', 'audit.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ...environment,
  }
}

/** Stops the gateway, and starts another one on the same folder. */
export async function restart(t: ExecutionContext, house: TestHouse, more: HouseOptions = {}): Promise<TestHouse> {
  await house.gateway.close()
  const prepared = await prepareGateway(loadConfig(house.configFile, {}), house, logInto(house.log, house), {
    ...OF_TESTS,
    ...more,
    onRequest: house.requests.add,
  })
  const gateway = await prepared.listen()
  t.teardown(() => gateway.close())
  return { ...house, prepared, gateway, port: gateway.https!.port }
}

/** For the last lines of the log. */
const FLUSH_TIMEOUT_MS = 10_000

function logInto(lines: string[], environment: Pick<Environment, 'now'>): OpenLog {
  const sink: Sink = {
    write(bytes, offset, done) {
      lines.push(...(bytes.subarray(offset).toString().match(/.*\n/g) ?? []))
      done(null, bytes.length)
    },
    reopen: () => {},
    close: () => {},
  }
  const terminal = { isTerminal: false, colour: false }
  return openLog({ level: 'debug', format: 'json' }, environment, { terminal, sink })
}
