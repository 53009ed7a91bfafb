import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { parse } from 'yaml'
import type { HouseOptions } from '../../src/app/open-house.ts'
import { Browser } from './browser.ts'
import { ADA, ISSUER, startTestHouse, type TestConfig, type TestHouse } from './gateway.ts'
import { mergeIntoConfig } from './merge-into-config.ts'
import { LAUNCHER } from './process.ts'
import { findProgram } from './program.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A page of docs/clients, and a house that was set up by it. */
export interface ClientPage {
  text: string
  house: TestHouse
  /** All that it says to type. */
  commands: string[]
  /**
   * Types the one command of the page that has this in it, with what its capitals stand for.
   * @returns what it printed. @throws when it ends with another code than 0.
   */
  type: (part: string, standsFor?: Record<string, string>) => Promise<string>
  /** Runs a command that isn't on the page, where those of the page are run. */
  run: (command: string) => Promise<string>
  /** The commands that nobody has typed yet. */
  untyped: () => string[]
}

export interface PageOptions {
  /** Which of its blocks of YAML are pasted; all if absent. */
  blocks?: number[]
  /** Where the upstreams that it adds really are. */
  upstreams?: Record<string, string>
  /** How its world differs. */
  world?: HouseOptions
}

/**
 * Does what a page says: pastes its lines into the gateway.yaml that is shipped, and starts the gateway. Of what stands
 * there only ports, and the addresses of upstreams, become those of the test.
 * @returns undefined where there is no curl, after having said so.
 */
export async function followPage(
  t: ExecutionContext,
  name: string,
  { blocks, upstreams = {}, world = {} }: PageOptions = {},
): Promise<ClientPage | undefined> {
  if (findProgram(t, 'curl', 'curl') === undefined) return undefined
  const text = readFileSync(join(ROOT, 'docs', 'clients', name), 'utf8')
  const pasted = blocksOf(text, 'yaml').filter((_, i) => blocks?.includes(i) ?? true)
  const house = await startTestHouse(t, (config) => becomeShipped(config, pasted, upstreams), world)
  const commands = blocksOf(text, 'sh').flatMap(commandsIn)
  const untyped = new Set(commands)
  return {
    text,
    house,
    commands,
    untyped: () => [...untyped],
    run: (command) => typeAt(house, command),
    type(part, standsFor = {}) {
      const [command, ...others] = commands.filter((one) => one.includes(part))
      if (command === undefined || others.length > 0) throw new Error(`${name}: ${others.length + 1} or no "${part}"`)
      untyped.delete(command)
      return typeAt(house, fillIn(command, standsFor))
    },
  }
}

/** The address with this in it, of the command that fetches it. */
export function addressOn({ commands }: ClientPage, part: string): URL {
  const [address] = commands
    .flatMap((command) => command.match(/https:\/\/[^'"\s]+/g) ?? [])
    .filter((one) => one.includes(part))
  if (address === undefined) throw new Error(`no address has "${part}"`)
  return new URL(address)
}

/** Opens an authorization request, signs in and approves. @returns where the browser is sent. */
export async function approveAt(house: TestHouse, { pathname, search }: URL): Promise<string> {
  const browser = new Browser(house)
  const page = await browser.open(pathname + search)
  const { status, location } = await browser.submit(page, { username: ADA.name, password: ADA.password })
  if (status !== 303) throw new Error(`approving was answered ${status}`)
  return location
}

function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block)
}

/** A command a line, but where it goes on in the next. */
function commandsIn(block: string): string[] {
  return block
    .replace(/\\\n\s*/g, '')
    .trim()
    .split('\n')
}

function fillIn(command: string, standsFor: Record<string, string>): string {
  return Object.entries(standsFor).reduce((filled, [word, value]) => {
    if (!filled.includes(word)) throw new Error(`there is no ${word} in: ${filled}`)
    return filled.replaceAll(word, value)
  }, command)
}

function becomeShipped(config: TestConfig, pasted: string[], upstreams: Record<string, string>): void {
  const music = config.upstreams['music-assistant']
  const shipped = parse(shippedConfig())
  const whole = pasted.reduce((before, block) => mergeIntoConfig(before, parse(block)), shipped) as TestConfig
  // As its comment tells whoever has a token.
  Object.assign(whole.upstreams['music-assistant'], { url: music.url, token: music.token })
  for (const [name, url] of Object.entries(upstreams))
    Object.assign(whole.upstreams, { [name]: { ...whole.upstreams[name as 'dead'], url } })
  Object.assign(config, whole, { listen: { https: '127.0.0.1:0', http: '127.0.0.1:0' } })
}

/** As it was before whoever runs this checkout made it theirs. */
function shippedConfig(): string {
  const { status, stdout } = spawnSync('git', ['show', 'HEAD:gateway.yaml'], { cwd: ROOT, encoding: 'utf8' })
  return status === 0 ? stdout : readFileSync(join(ROOT, 'gateway.yaml'), 'utf8')
}

/** In a shell in which the public URL leads to the house, and `skillgate` finds its configuration. */
async function typeAt(house: TestHouse, command: string): Promise<string> {
  const host = new URL(ISSUER).host
  const world = [
    `curl() { command curl -sS --connect-to ${host}:443:127.0.0.1:${house.port} --cacert '${house.folder}/certs/local-ca.pem' "$@"; }`,
    `npx() { shift; '${process.execPath}' '${LAUNCHER}' "$@" --config '${house.configFile}'; }`,
  ]
  const child = spawn('bash', ['-c', [...world, command].join('\n')], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (part) => {
    stdout += part
  })
  child.stderr.setEncoding('utf8').on('data', (part) => {
    stderr += part
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`"${command}" ended with ${code}: ${stdout}${stderr}`)
  return stdout.trim()
}
