import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { temporaryFolder } from './environment.ts'

/** A named pipe that this process could read. Both ends stay open until somebody closes them. */
export function namedPipe(t: ExecutionContext): { path: string; reader: number; writer: number } {
  const path = join(temporaryFolder(t), 'pipe')
  execFileSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(path, constants.O_WRONLY)
  return { path, reader, writer }
}

/** One whose reader has gone: whoever writes to it is told so. */
export function pipeWithoutReader(t: ExecutionContext): number {
  const { reader, writer } = namedPipe(t)
  closeSync(reader)
  return writer
}

/** Nothing more goes into it. @returns its writer. */
export function fillPipe(pipe: { reader: number; path: string; writer: number }): number {
  const own = openSync(pipe.path, constants.O_WRONLY | constants.O_NONBLOCK)
  try {
    for (const size of [4096, 1]) while (writeSync(own, Buffer.alloc(size)) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
  }
  closeSync(own)
  return pipe.writer
}
