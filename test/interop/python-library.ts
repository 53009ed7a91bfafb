import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { skipTest } from '../support/program.ts'
import type { InteropHouse } from './house.ts'
import { spokenLibrary } from './spoken-library.ts'

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

/** Starts a client of this folder, which ends with the test. */
export function pythonLibrary<Verbs>(
  t: ExecutionContext,
  { script, verbs }: PythonClient<Verbs>,
  { issuer, caFile }: InteropHouse,
  settings: object,
): Verbs {
  const path = fileURLToPath(new URL(script, import.meta.url))
  return spokenLibrary(t, {
    command: [PYTHON, '-B', path, JSON.stringify({ issuer, ...settings })],
    variables: { REQUESTS_CA_BUNDLE: caFile },
    verbs,
  })
}
