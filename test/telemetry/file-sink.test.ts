import { execFileSync } from 'node:child_process'
import {
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openLineWriter } from '../../src/telemetry/line-writer.ts'
import { fileSink } from '../../src/telemetry/sinks/file-sink.ts'
import { temporaryFolder } from '../support/environment.ts'

/** Milliseconds: more than any of this takes. */
const PLENTY = 30_000

function open(t: ExecutionContext, path: string) {
  const failures: (string | undefined)[] = []
  let tell = () => {}
  const failed = new Promise<void>((resolve) => {
    tell = resolve
  })
  const writer = openLineWriter(fileSink(path), {
    sayLost: (count) => `lost ${count}\n`,
    onFailure: (error) => {
      failures.push((error as NodeJS.ErrnoException).code)
      tell()
    },
  })
  t.teardown(() => writer.close(0))
  async function write(...lines: string[]): Promise<boolean> {
    for (const line of lines) writer.write(`${line}\n`)
    return writer.flush(PLENTY)
  }
  return { writer, write, failures, failed, read: () => readFileSync(path, 'utf8') }
}

test('a file is begun for its owner only, and one that is there is added to', async (t) => {
  const path = join(temporaryFolder(t), 'skillgate.log')
  await open(t, path).write('a')
  const { write, read } = open(t, path)
  await write('b', 'c')
  t.is(read(), 'a\nb\nc\n')
  t.is(statSync(path).mode & 0o777, 0o600)
})

test('a file that was moved away or deleted is begun anew', async (t) => {
  const path = join(temporaryFolder(t), 'skillgate.log')
  const { write, read, failures } = open(t, path)
  await write('a')
  renameSync(path, `${path}.1`)
  await write('b')
  t.is(readFileSync(`${path}.1`, 'utf8'), 'a\n')
  t.is(read(), 'b\n')
  unlinkSync(path)
  await write('c')
  t.is(read(), 'c\n')
  renameSync(path, `${path}.2`)
  writeFileSync(path, 'of another\n')
  await write('d')
  t.is(read(), 'of another\nd\n')
  t.deepEqual(failures, [])
})

test('no descriptor is left open, however often the file is begun anew', async (t) => {
  if (process.platform !== 'linux') return t.pass()
  const path = join(temporaryFolder(t), 'skillgate.log')
  const { write, writer } = open(t, path)
  const opened = () =>
    readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return realpathSync(`/proc/self/fd/${fd}`).startsWith(path) ? [fd] : []
      } catch {
        return []
      }
    })
  for (let i = 0; i < 20; i++) {
    await write('a')
    if (i % 2) writer.reopen()
    else renameSync(path, `${path}.${i}`)
  }
  await write('a')
  t.is(opened().length, 1)
})

test('a full disk is told once, and what waited is written when there is room', async (t) => {
  if (process.platform !== 'linux') return t.pass()
  const path = join(temporaryFolder(t), 'skillgate.log')
  symlinkSync('/dev/full', path)
  const { writer, failures, failed } = open(t, path)
  writer.write('a\n')
  t.false(await writer.flush(50))
  await failed
  writer.write('b\n')
  t.deepEqual(failures, ['ENOSPC'])
  unlinkSync(path)
  t.true(await writer.flush(PLENTY))
  t.is(readFileSync(path, 'utf8'), 'a\nb\n')
})

test('a folder that is missing, or a pipe that nobody reads, keeps nobody waiting', async (t) => {
  const folder = temporaryFolder(t)
  const missing = open(t, join(folder, 'nowhere', 'skillgate.log'))
  missing.writer.write('a\n')
  t.false(await missing.writer.flush(50))
  await missing.failed
  t.deepEqual(missing.failures, ['ENOENT'])
  if (process.platform !== 'linux') return
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  const pipe = open(t, path)
  pipe.writer.write('a\n')
  t.false(await pipe.writer.flush(50))
  await pipe.failed
  t.deepEqual(pipe.failures, ['ENXIO'])
})

test('a line of which a part went to the file before is whole in the new one', async (t) => {
  const path = join(temporaryFolder(t), 'skillgate.log')
  const sink = fileSink(path)
  const bytes = Buffer.from('first\nsecond\n')
  const write = (offset: number) =>
    new Promise<number>((resolve, reject) => {
      sink.write(bytes, offset, (error, end) => (error ? reject(error) : resolve(end)))
    })
  t.is(await write(0), bytes.length)
  renameSync(path, `${path}.1`)
  // As if only so much had gone to the file before.
  t.is(await write('first\nsec'.length), bytes.length)
  t.is(readFileSync(path, 'utf8'), 'second\n')
  sink.close()
})
