import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExecutionContext } from 'ava'
import { findProgram, skipTest } from '../program.ts'

/** Debian's 2.4 knows neither ARI nor profiles. */
const VERSION = 'v2.10.1'
const MODULE = 'github.com/letsencrypt/pebble/v2/cmd'
const FOLDER = fileURLToPath(new URL(`../../../node_modules/.cache/pebble-${VERSION}`, import.meta.url))

export interface PebblePrograms {
  pebble: string
  challengeServer: string
}

/**
 * Let's Encrypt's CA for tests, and its server of names, built once and kept beside the packages.
 * @returns undefined after having said why the test is skipped; under CI that is a failure.
 */
export async function pebblePrograms(t: ExecutionContext): Promise<PebblePrograms | undefined> {
  const programs = { pebble: join(FOLDER, 'pebble'), challengeServer: join(FOLDER, 'pebble-challtestsrv') }
  if (existsSync(programs.pebble) && existsSync(programs.challengeServer)) return programs
  const go = findProgram(t, 'go', 'golang-go')
  if (go === undefined) return undefined
  mkdirSync(FOLDER, { recursive: true })
  t.timeout(300_000, 'pebble is built')
  try {
    const modules = ['pebble', 'pebble-challtestsrv'].map((name) => `${MODULE}/${name}@${VERSION}`)
    await promisify(execFile)(go, ['install', ...modules], { env: { ...process.env, GOBIN: FOLDER } })
  } catch (error) {
    skipTest(t, `pebble ${VERSION} can't be built: ${(error as Error).message}`)
    return undefined
  }
  return programs
}
