import { execFileSync } from 'node:child_process'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { temporaryFolder } from '../support/environment.ts'
import { type GatewayProcess, startProcess } from '../support/process.ts'
import { findProgram } from '../support/program.ts'

const SOURCE = fileURLToPath(new URL('disk-shim.c', import.meta.url))

/** What a disk can fail with. */
export const ERRNO = { EIO: 5, ENOSPC: 28 } as const

export interface ShimmedGateway extends GatewayProcess {
  /** The file that says what was done to the data folder. */
  record: string
  /** Bytes of that by now: all that was done before this moment is in them. */
  recorded: () => number
  /** From now on this fails, for the files of the data folder whose path ends so; nothing fails any more without. */
  fail: (what?: 'write' | 'read' | 'sync', suffix?: string, errno?: number) => void
}

/** A gateway whose disk is ours. @returns undefined where no C compiler is there. */
export async function startOnShim(t: ExecutionContext, configFile: string): Promise<ShimmedGateway | undefined> {
  const compiler = findProgram(t, ['cc', 'gcc', 'clang'], 'gcc libc6-dev')
  if (compiler === undefined) return undefined
  const folder = temporaryFolder(t)
  const shim = join(folder, 'disk-shim.so')
  execFileSync(compiler, ['-shared', '-fPIC', '-O1', '-o', shim, SOURCE, '-ldl', '-lpthread'])
  const [record, fault] = [join(folder, 'record'), join(folder, 'fault')]
  writeFileSync(record, '')
  const variables = {
    LD_PRELOAD: shim,
    SHIM_FOLDER: join(dirname(configFile), 'data'),
    SHIM_RECORD: record,
    SHIM_FAULT: fault,
  }
  const gateway = await startProcess(t, configFile, { variables })
  return {
    ...gateway,
    record,
    recorded: () => statSync(record).size,
    fail(what, suffix, errno) {
      if (what === undefined) rmSync(fault, { force: true })
      else writeFileSync(fault, `${what} ${suffix} ${errno}`)
    },
  }
}
