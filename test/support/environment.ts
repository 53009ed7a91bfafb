import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { Environment } from '../../src/config/environment.ts'
import { checkFolderHoldsNoSecret, noting } from './issued-secrets.ts'

/** An environment whose clock starts at the real time, for certificates and Keyv look at that, and moves when told. */
export function testEnvironment(): Environment & { advance: (milliseconds: number) => void } {
  const start = Date.now()
  let passed = 0
  return {
    now: () => start + passed,
    randomBytes: noting(randomBytes),
    advance: (milliseconds) => {
      passed += milliseconds
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
