import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { ExecutionContext } from 'ava'

/** Where Debian puts what only an administrator's PATH has, such as apache2. */
const ADMINISTRATION = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/**
 * Looks for a program that a test needs and that `npm ci` doesn't bring.
 *
 *     const apache = findProgram(t, 'apache2', 'apache2')
 *     if (apache === undefined) return
 *
 * @param name or names under which it may be installed.
 * @returns its path, or undefined after having said why the test is skipped. Under CI, where all of them have to be
 * there, a missing one is a failure.
 */
export function findProgram(t: ExecutionContext, name: string | string[], debianPackage: string): string | undefined {
  const names = [name].flat()
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...ADMINISTRATION]
  const path = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram)
  if (path === undefined)
    skipTest(t, `${names.join(' or ')} is not installed (Debian: apt-get install ${debianPackage})`)
  return path
}

/** Ends a test that can't run here, for a reason that the reader can do something about. Under CI it fails instead. */
export function skipTest(t: ExecutionContext, reason: string): void {
  if (process.env.CI === 'true') {
    t.fail(reason)
    return
  }
  t.log(`skipped: ${reason}`)
  t.pass()
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
