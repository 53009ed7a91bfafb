import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import type { MusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { temporaryFolder } from './environment.ts'
import { testConfig } from './gateway.ts'

export const LAUNCHER = fileURLToPath(new URL('../../bin/skillgate.js', import.meta.url))

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `skillgate ...` to its end. */
export async function skillgate(
  words: string[],
  { input = '', variables = {}, flags = [] as string[] } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [...flags, LAUNCHER, ...words], { env: { ...process.env, ...variables } })
  child.stdin.end(input)
  const output = collect(child)
  const [code] = await once(child, 'close')
  return { code, ...output }
}

export interface GatewayProcess {
  port: number
  httpPort: number
  /** Where it listens for proxies that end TLS. */
  plainPort: number
  ca: string
  secrets: { alexa: string; other: string }
  child: ChildProcess
  output: { stdout: string; stderr: string }
  /** Ends it with a signal. @returns its exit code, or null when the signal killed it. */
  stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** Writes the test configuration and Music Assistant's token into a folder of their own. @returns the file. */
export function writeConfig(t: ExecutionContext, music: MusicAssistant): string {
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  writeFileSync(join(folder, 'data', 'music-assistant.token'), music.createToken(music.users[0]!.username), {
    mode: 0o600,
  })
  writeFileSync(join(folder, 'gateway.yaml'), stringify(testConfig(music.url)))
  return join(folder, 'gateway.yaml')
}

/** Where what the gateway prints goes; what can't be read from here is a descriptor. */
export interface ProcessOutput {
  stdout?: 'pipe' | number
  stderr?: 'pipe' | number
  /** Another one than that of the checkout. */
  launcher?: string
  /** Typed after all else. */
  words?: string[]
  /** Told of the process as soon as there is one. */
  onSpawn?: (child: ChildProcess) => void
  /** Environment variables, besides this process's own. */
  variables?: Record<string, string>
}

/**
 * Starts the gateway in a process of its own, as a person would. Ends with the test at the latest.
 * @param output where standard output isn't read from here, the configuration has to say which ports it listens on.
 */
export async function startProcess(
  t: ExecutionContext,
  configFile: string,
  {
    stdout = 'pipe',
    stderr = 'pipe',
    launcher = LAUNCHER,
    words: more = [],
    variables = {},
    onSpawn = () => {},
  }: ProcessOutput = {},
): Promise<GatewayProcess> {
  const { listen } = parse(readFileSync(configFile, 'utf8'))
  const lastLine = listen.http === undefined ? /for the proxies in front\n/ : /redirecting from .*\n/
  const words = [launcher, 'start', '--config', configFile, ...more]
  const child = spawn(process.execPath, words, {
    env: { ...process.env, ...variables },
    stdio: ['pipe', stdout, stderr],
  })
  t.teardown(() => child.kill('SIGKILL'))
  onSpawn(child)
  const output = collect(child)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  await Promise.race([
    stdout === 'pipe' ? untilPrinted(child, output, lastLine) : untilAccepting(child, configFile),
    ended.then((code) => Promise.reject(new Error(`skillgate ended with ${code}: ${output.stdout}${output.stderr}`))),
  ])
  const read = (file: string) => readFileSync(join(configFile, '..', file), 'utf8').trim()
  const portOf = (line: RegExp, configured: string) =>
    Number(line.exec(output.stdout)?.[1] ?? /:(\d+)$/.exec(configured)?.[1])
  return {
    port: portOf(/listening on https:\/\/\S+:(\d+)/, listen.https),
    httpPort: portOf(/redirecting from http:\/\/\S+:(\d+)/, listen.http),
    plainPort: portOf(/listening on http:\/\/\S+:(\d+), for the proxies/, listen.plain),
    ca: listen.https === undefined ? '' : read('certs/local-ca.pem'),
    secrets: { alexa: read('data/alexa.secret'), other: read('data/other.secret') },
    child,
    output,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text
    })
  }
  return output
}

async function untilPrinted(child: ChildProcess, output: { stdout: string }, expected: RegExp): Promise<void> {
  while (!expected.test(output.stdout)) await once(child.stdout!, 'data')
}

/** It is asked through this as soon as it listens. */
async function untilAccepting(child: ChildProcess, configFile: string): Promise<void> {
  while (!existsSync(controlSocketOf(configFile)) && child.exitCode === null) await setTimeout(LOOK_EVERY_MS)
}

/** Is there while the gateway serves. */
export function controlSocketOf(configFile: string): string {
  return join(configFile, '..', 'data', 'control.sock')
}

/** For what tells nobody. */
const LOOK_EVERY_MS = 10
