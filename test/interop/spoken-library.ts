import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import type { ExecutionContext } from 'ava'
import type { Device } from './device-linking.ts'
import { CALLBACKS, SCOPES, SECRET } from './house.ts'
import type { Way } from './linking.ts'

export interface SpokenProgram<Verbs> {
  /** The program, and what it is started with. */
  command: [string, ...string[]]
  /** Variables besides this process's own: where the CA to trust is. */
  variables: Record<string, string>
  /** What its library has words for. */
  verbs: (keyof Verbs)[]
}

/**
 * Starts a client in another language, which ends with the test. It is told a line of JSON, [verb, argument ...], and
 * answers with one: { value } or { error }.
 */
export function spokenLibrary<Verbs>(
  t: ExecutionContext,
  { command: [program, ...words], variables, verbs }: SpokenProgram<Verbs>,
): Verbs {
  const child = spawn(program, words, { env: { ...process.env, ...variables }, stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(() => child.kill())
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()

  async function say(verb: keyof Verbs, words: unknown[]): Promise<unknown> {
    child.stdin.write(`${JSON.stringify([verb, ...words])}\n`)
    const { value: line, done } = await answers.next()
    if (done) throw new Error(`${basename(program)} ended`)
    const { value, error } = JSON.parse(line)
    if (error !== undefined) throw new Error(error)
    return value
  }
  const spoken = verbs.map((verb) => [verb, (...words: unknown[]) => say(verb, words)])
  return Object.fromEntries(spoken) as Verbs
}

/** How a client links. @param secret the right one, if nothing is said. */
export function settingsOf({ client, pkce }: Way, secret = SECRET) {
  const authentication = client === 'native' ? { secret: '', method: 'none' } : { secret, method: client }
  return { client, pkce, callback: CALLBACKS[client], scopes: SCOPES, ...authentication }
}

/** How a client of a device links. */
export function deviceSettingsOf({ client, method }: Device) {
  return { client, method, secret: method === 'none' ? '' : SECRET, scopes: ['music.control'] }
}
