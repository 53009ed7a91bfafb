import { close, constants, fstat, open, stat, write } from 'node:fs'
import { giveToFolderOwner } from '../../files/keep-owner.ts'
import type { Sink } from './sink.ts'

/** Not blocking, for the path may be that of a named pipe which nobody reads. */
const APPENDING = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK

type Done = Parameters<Sink['write']>[2]

interface OpenFile {
  handle: number
  inode: number
  device: number
}

/**
 * Adds to a file. One that was moved away or deleted, as logrotate does, is begun anew: its path is looked at before each
 * write. The folder has to be there.
 */
export function fileSink(path: string): Sink {
  let opened: OpenFile | undefined
  let isStale = false

  return {
    write(bytes, offset, done) {
      if (opened === undefined) openAndWrite(bytes, offset, done)
      else writeWhereItIs(opened, bytes, offset, done)
    },
    reopen() {
      isStale = true
    },
    close: release,
  }

  function writeWhereItIs(file: OpenFile, bytes: Buffer, offset: number, done: Done): void {
    stat(path, (error, stats) => {
      if (!error && !isStale && stats.ino === file.inode && stats.dev === file.device) {
        append(file, bytes, offset, done)
        return
      }
      release()
      openAndWrite(bytes, lineStart(bytes, offset), done)
    })
  }

  function openAndWrite(bytes: Buffer, offset: number, done: Done): void {
    open(path, APPENDING, 0o600, (error, handle) => {
      if (error) return done(error, offset)
      fstat(handle, (error, stats) => {
        if (error) {
          close(handle, () => {})
          return done(error, offset)
        }
        if (stats.size === 0) giveToOwner(path)
        isStale = false
        opened = { handle, inode: stats.ino, device: stats.dev }
        append(opened, bytes, offset, done)
      })
    })
  }

  function append({ handle }: OpenFile, bytes: Buffer, offset: number, done: Done): void {
    write(handle, bytes, offset, bytes.length - offset, null, (error, written) => {
      done(error, error ? offset : offset + written)
    })
  }

  function release(): void {
    if (opened) close(opened.handle, () => {})
    opened = undefined
  }
}

/** A log that can be written is worth more than whose it is. */
function giveToOwner(path: string): void {
  try {
    giveToFolderOwner(path)
  } catch {}
}

/** Where the line began of which the part before `offset` is written: another file gets it whole. */
function lineStart(bytes: Buffer, offset: number): number {
  return offset === 0 ? 0 : bytes.lastIndexOf(0x0a, offset - 1) + 1
}
