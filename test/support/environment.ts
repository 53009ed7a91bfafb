import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { Environment } from '../../src/config/environment.ts'
import { checkFolderHoldsNoSecret, noting } from './issued-secrets.ts'

export interface TestEnvironment extends Required<Environment> {
  /** Lets so much time pass. */
  advance: (milliseconds: number) => void
  /** Sets the wall clock on, or back, while no time passes. */
  setClock: (milliseconds: number) => void
}

/** An environment whose clock starts at the real time, for certificates and Keyv look at that, and moves when told. */
export function testEnvironment(): TestEnvironment {
  let start = Date.now()
  let passed = 0
  return {
    now: () => start + passed,
    monotonic: () => passed,
    randomBytes: noting(randomBytes),
    advance: (milliseconds) => {
      passed += milliseconds
    },
    setClock: (milliseconds) => {
      start += milliseconds
    },
  }
}

/** A folder that is gone when the test has ended; what a gateway has left there is searched for secrets before. */
export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skillgate-'))
  t.teardown(() => {
    try {
      checkFolderHoldsNoSecret(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
  return folder
}
