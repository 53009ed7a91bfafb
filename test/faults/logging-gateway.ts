import { closeSync, existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { type MusicAssistant, startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { addUser } from '../../src/users/users.ts'
import { testEnvironment } from '../support/environment.ts'
import { freePort } from '../support/free-port.ts'
import { ADA, testConfig } from '../support/gateway.ts'
import { callApi } from '../support/linking.ts'
import {
  controlSocketOf,
  type GatewayProcess,
  type ProcessOutput,
  startProcess,
  writeConfig,
} from '../support/process.ts'
import { openRaw, rawRequest } from '../support/raw-client.ts'
import { issueToken } from '../support/tokens.ts'

/** Milliseconds that a gateway has to end. */
const END_WITHIN_MS = 8000
/** For what tells nobody. */
export const LOOK_EVERY_MS = 10

/** A folder with a configuration, a user and a token, for a gateway whose output is not to be read from here. */
export async function prepare(t: ExecutionContext, { listen = {}, ...change }: { listen?: object; log?: object } = {}) {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  const [https, http, metrics] = [await freePort(), await freePort(), await freePort()]
  const listening = {
    listen: { https: `127.0.0.1:${https}`, http: `127.0.0.1:${http}`, ...listen },
    metrics: { listen: `127.0.0.1:${metrics}` },
  }
  writeFileSync(configFile, stringify({ ...testConfig(music.url), ...listening, ...change }))
  const environment = testEnvironment()
  const store = await openKeyvStore(join(dirname(configFile), 'data', 'skillgate.db'), environment.now)
  await addUser(store, environment, ADA)
  const token = await issueToken({ prepared: { store } as never, now: environment.now }, SCOPES)
  await store.close()
  return { music, configFile, token, https, metrics }
}

type Prepared = Awaited<ReturnType<typeof prepare>>

export interface Running {
  music: MusicAssistant
  gateway: Pick<GatewayProcess, 'port' | 'ca' | 'secrets' | 'stop'>
  configFile: string
  token: string
  /** How many lines of the log are lost so far. */
  lost: () => Promise<number>
}

export async function start(t: ExecutionContext, output: ProcessOutput) {
  const { metrics, ...prepared } = await prepare(t)
  const gateway = await startProcess(t, prepared.configFile, output)
  for (const descriptor of Object.values(output)) if (typeof descriptor === 'number') closeSync(descriptor)
  return { ...prepared, gateway, lost: () => lostLines(metrics) }
}

/** The same, in a configuration that was prepared before. */
export async function startPrepared(t: ExecutionContext, { metrics, ...prepared }: Prepared) {
  const gateway = await startProcess(t, prepared.configFile)
  return { ...prepared, gateway, lost: () => lostLines(metrics) }
}

export async function lostLines(metricsPort: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  return Number(/^skillgate_log_lines_lost_total (\d+)$/m.exec(metrics)?.[1])
}

/** With what the gateway answers by itself, and what it forwards. */
const SCOPES = ['music.read', 'music.control', 'user:read']

/** The longest lines, of somebody who is known: of all others only some are written. */
const longRequest = (token: string) =>
  rawRequest('GET /alexa/userinfo', [`Authorization: Bearer ${token}`, `User-Agent: ${'x'.repeat(200)}`])

/** Of more, some would be refused: Node 24 can't read on after so many answers have waited for one client. */
const AT_ONCE = 50

export async function sendMany({ gateway, token }: Pick<Running, 'gateway' | 'token'>, count: number): Promise<void> {
  const client = await openRaw(gateway)
  for (let left = count; left > 0; left -= AT_ONCE) {
    const batch = Math.min(left, AT_ONCE)
    client.send(longRequest(token).repeat(batch))
    for (let i = 0; i < batch; i++) await client.answer()
  }
  client.socket.destroy()
}

/** It answers by itself, and forwards. */
export async function serves(t: ExecutionContext, { gateway, token }: Running): Promise<void> {
  await sendMany({ gateway, token }, 1)
  t.is((await callApi(gateway, token)).status, 200)
}

/** More lines than whatever the log goes to and the queue before it hold. */
export async function floodUntilLost(running: Running): Promise<void> {
  while ((await running.lost()) === 0) await sendMany(running, 200)
}

export async function ends(t: ExecutionContext, { gateway, configFile }: Running): Promise<void> {
  const started = performance.now()
  t.is(await gateway.stop(), 0)
  t.true(performance.now() - started < END_WITHIN_MS)
  t.false(existsSync(controlSocketOf(configFile)), 'it has closed what it had')
}

/** Told to stop while a request is under way, and then told so again. */
export async function endsAtOnce(t: ExecutionContext, { gateway, music, configFile, token }: Running): Promise<void> {
  music.misbehave('hang', { times: 1 })
  const { requestCount } = music
  const call = callApi(gateway, token).catch((error: Error) => error)
  await music.until(() => music.requestCount > requestCount)
  void gateway.stop()
  while (existsSync(controlSocketOf(configFile))) await setTimeout(LOOK_EVERY_MS)
  t.is(await gateway.stop('SIGINT'), 1)
  t.true((await call) instanceof Error)
}

/** What the lines of the log that say so tell of lost ones, in all. */
export function toldLost(lines: string[]): number {
  const told = lines.map((line) => /"msg":"([\d,]+) lines of the log were lost here/.exec(line)?.[1])
  return told.reduce((sum, digits) => sum + Number(digits?.replaceAll(',', '') ?? 0), 0)
}
