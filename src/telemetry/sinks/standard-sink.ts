import { close, constants, fstatSync, openSync, type Stats, write } from 'node:fs'
import type { Writable } from 'node:stream'
import type { Sink } from './sink.ts'

/** The descriptors that Node has streams for. */
const STREAMS = { output: 1, error: 2 } as const

/**
 * Writes to standard output or standard error, whatever that is. A file, a pipe and a terminal are written to with
 * `write()`, the last two through a description of their own that never blocks: nobody else's is changed by that, and no
 * thread gets stuck where a full pipe is never read or a terminal is stopped. Where that can't be had, as for the socket
 * of the journal, Node's own stream does it.
 */
export function standardSink(to: keyof typeof STREAMS): Sink {
  const standard = STREAMS[to]
  const stats = statOf(standard)
  if (stats?.isFile()) return descriptorSink(standard, () => {})
  const own = stats && !stats.isSocket() ? openAnew(standard) : undefined
  if (own !== undefined) return descriptorSink(own, () => close(own, () => {}))
  return streamSink(to === 'output' ? process.stdout : process.stderr)
}

function statOf(descriptor: number): Stats | undefined {
  try {
    return fstatSync(descriptor)
  } catch {
    return undefined
  }
}

/** Only Linux gives another description of what is open. It may be refused, as after a change of user. */
function openAnew(descriptor: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return undefined
  }
}

function descriptorSink(descriptor: number, release: () => void): Sink {
  return {
    write(bytes, offset, done) {
      write(descriptor, bytes, offset, bytes.length - offset, null, (error, written) => {
        done(error, error ? offset : offset + written)
      })
    },
    reopen() {},
    close: release,
  }
}

/** A write that a stuck reader holds up can't be taken back: the process has to be ended by `process.exit`. */
function streamSink(stream: Writable): Sink {
  // The callback of a write tells of it too; without a listener it would end the process.
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore)
  return {
    write(bytes, offset, done) {
      stream.write(offset === 0 ? bytes : bytes.subarray(offset), (error) =>
        done(error ?? null, error ? offset : bytes.length),
      )
    },
    reopen() {},
    close() {},
  }
}

function ignore(): void {}
