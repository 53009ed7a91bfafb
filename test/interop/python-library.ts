import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { skipTest } from '../support/program.ts'
import { CALLBACKS, type InteropHouse, SCOPES, SECRET } from './house.ts'
import type { Library, Way } from './linking.ts'

/** The one that Debian's packages are for; PATH may begin with another. */
const PYTHON = '/usr/bin/python3'

/** Whether a Debian package of Python is there; where it isn't, the test has been skipped. */
export function findModule(t: ExecutionContext, name: string, debianPackage: string): boolean {
  if (existsSync(PYTHON) && existsSync(`/usr/lib/python3/dist-packages/${name}`)) return true
  skipTest(t, `${PYTHON} has no ${name} (Debian: apt-get install ${debianPackage})`)
  return false
}

/**
 * Starts a client of this folder, which ends with the test.
 * @param verbs what its library has words for.
 */
export function pythonLibrary(
  t: ExecutionContext,
  { script, verbs }: PythonClient,
  { issuer, caFile }: InteropHouse,
  { client, pkce }: Way,
  secret = SECRET,
): Library {
  const settings = {
    issuer,
    client,
    secret: client === 'native' ? '' : secret,
    method: client === 'native' ? 'none' : client,
    pkce,
    callback: CALLBACKS[client],
    scopes: SCOPES,
  }
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(PYTHON, ['-B', path, JSON.stringify(settings)], {
    env: { ...process.env, REQUESTS_CA_BUNDLE: caFile },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill())
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()

  async function say(verb: string, words: unknown[]): Promise<unknown> {
    child.stdin.write(`${JSON.stringify([verb, ...words])}\n`)
    const { value: line, done } = await answers.next()
    if (done) throw new Error(`${script} ended`)
    const { value, error } = JSON.parse(line)
    if (error !== undefined) throw new Error(error)
    return value
  }
  const spoken = verbs.map((verb) => [verb, (...words: unknown[]) => say(verb, words)])
  return Object.fromEntries(spoken) as Library
}

export interface PythonClient {
  script: string
  verbs: (keyof Library)[]
}
