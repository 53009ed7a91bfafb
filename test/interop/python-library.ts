import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { skipTest } from '../support/program.ts'
import type { Device } from './device-linking.ts'
import { CALLBACKS, type InteropHouse, SCOPES, SECRET } from './house.ts'
import type { Way } from './linking.ts'

/** The one that Debian's packages are for; PATH may begin with another. */
const PYTHON = '/usr/bin/python3'

/** Whether a Debian package of Python is there; where it isn't, the test has been skipped. */
export function findModule(t: ExecutionContext, name: string, debianPackage: string): boolean {
  if (existsSync(PYTHON) && existsSync(`/usr/lib/python3/dist-packages/${name}`)) return true
  skipTest(t, `${PYTHON} has no ${name} (Debian: apt-get install ${debianPackage})`)
  return false
}

export interface PythonClient<Verbs> {
  script: string
  /** What its library has words for. */
  verbs: (keyof Verbs)[]
}

/** How a Python client links. @param secret the right one, if nothing is said. */
export function settingsOf({ client, pkce }: Way, secret = SECRET) {
  const authentication = client === 'native' ? { secret: '', method: 'none' } : { secret, method: client }
  return { client, pkce, callback: CALLBACKS[client], scopes: SCOPES, ...authentication }
}

/** How a Python client of a device links. */
export function deviceSettingsOf({ client, method }: Device) {
  return { client, method, secret: method === 'none' ? '' : SECRET, scopes: ['music.control'] }
}

/** Starts a client of this folder, which ends with the test. */
export function pythonLibrary<Verbs>(
  t: ExecutionContext,
  { script, verbs }: PythonClient<Verbs>,
  { issuer, caFile }: InteropHouse,
  settings: object,
): Verbs {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(PYTHON, ['-B', path, JSON.stringify({ issuer, ...settings })], {
    env: { ...process.env, REQUESTS_CA_BUNDLE: caFile },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill())
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()

  async function say(verb: keyof Verbs, words: unknown[]): Promise<unknown> {
    child.stdin.write(`${JSON.stringify([verb, ...words])}\n`)
    const { value: line, done } = await answers.next()
    if (done) throw new Error(`${script} ended`)
    const { value, error } = JSON.parse(line)
    if (error !== undefined) throw new Error(error)
    return value
  }
  const spoken = verbs.map((verb) => [verb, (...words: unknown[]) => say(verb, words)])
  return Object.fromEntries(spoken) as Verbs
}
