import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ExecutionContext } from 'ava'
import { skipTest } from './program.ts'

/** nobody, which every system has. */
export const NOBODY = 65_534

/** @returns false after having said why the test is skipped, where this process may not become another account. */
export function mayBecomeAnother(t: ExecutionContext): boolean {
  if (process.geteuid?.() === 0) return true
  skipTest(t, 'only root may become another account')
  return false
}

/** A folder that every account may enter and look into; gone when the test has ended. */
export function folderForAll(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skillgate-'))
  chmodSync(folder, 0o755)
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/**
 * Runs a module's text as another account, in a process of its own.
 * @param module with static imports of absolute `file:` addresses, which are loaded before the account changes.
 * @returns what it printed.
 */
export async function runAs(uid: number, imports: string[], module: string): Promise<string> {
  const text = `${imports.join('\n')}\nprocess.setgroups([]); process.setgid(${uid}); process.setuid(${uid})\n${module}`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', text])
  return stdout + stderr
}

const MAIN = new URL('../../src/main.ts', import.meta.url)

/** Runs `skillgate ...` to its end as another account. @returns what it printed. */
export function skillgateAs(uid: number, words: string[]): Promise<string> {
  return runAs(uid, [`import { main } from '${MAIN}'`], `await main(${JSON.stringify(words)})`)
}
