import test, { type ExecutionContext } from 'ava'
import { openLineWriter } from '../../src/telemetry/line-writer.ts'
import type { Sink } from '../../src/telemetry/sinks/sink.ts'

type Done = Parameters<Sink['write']>[2]

/** A sink whose writes end when, and how, the test says. */
function open(t: ExecutionContext, limit?: number) {
  // The writer's own timers keep no process alive.
  const awake = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(awake))
  const writes: { text: string; done: Done; end: number }[] = []
  const failures: string[] = []
  let told = () => {}
  let isClosed = false
  const sink: Sink = {
    write(bytes, offset, done) {
      writes.push({ text: bytes.subarray(offset).toString(), done, end: bytes.length })
      told()
    },
    reopen: () => {},
    close() {
      isClosed = true
    },
  }
  const writer = openLineWriter(sink, {
    limit,
    sayLost: (count) => `lost ${count}\n`,
    onFailure: ({ message }) => failures.push(message),
  })
  /** The next write, which must not have begun yet when it is asked for. */
  async function nextWrite() {
    if (writes.length === 0) {
      await new Promise<void>((resolve) => {
        told = resolve
      })
    }
    return writes.shift()!
  }
  return { writer, writes, nextWrite, failures, isClosed: () => isClosed }
}

const error = (code: string) => Object.assign(new Error(code), { code })

test('lines that come together are one write, and those that come meanwhile the next', async (t) => {
  const { writer, nextWrite, writes } = open(t)
  writer.write('a\n')
  writer.write('b\n')
  t.is(writes.length, 0)
  const first = await nextWrite()
  t.is(first.text, 'a\nb\n')
  writer.write('c\n')
  writer.write('d\n')
  t.is(writes.length, 0)
  first.done(null, first.end)
  t.is((await nextWrite()).text, 'c\nd\n')
  t.is(writer.lost(), 0)
})

test('very many lines are not kept waiting for more', (t) => {
  const { writer, writes } = open(t)
  writer.write(`${'x'.repeat(65_534)}\n`)
  t.is(writes.length, 0)
  writer.write('\n')
  t.is(writes.length, 1)
})

test('what was written in part is gone on with where it ended, or where the sink says', async (t) => {
  const { writer, nextWrite } = open(t)
  writer.write('abc\ndef\n')
  const first = await nextWrite()
  first.done(null, 6)
  const second = await nextWrite()
  t.is(second.text, 'f\n')
  second.done(null, 4)
  t.is((await nextWrite()).text, 'def\n')
})

test('a line for which there is no room is lost, one that just fits is not, and a line says so where they are missing', async (t) => {
  const { writer, nextWrite } = open(t, 6)
  writer.write('12345\n')
  writer.write('\n')
  writer.write('\n')
  t.is(writer.lost(), 2)
  const first = await nextWrite()
  t.is(first.text, '12345\nlost 2\n')
  writer.write('\n')
  t.is(writer.lost(), 3)
  first.done(null, first.end)
  writer.write('abc\n')
  const second = await nextWrite()
  t.is(second.text, 'lost 1\nabc\n')
  second.done(null, second.end)
  t.is(writer.lost(), 3)
})

test('what was lost is said also where no other line comes', async (t) => {
  const { writer, nextWrite } = open(t, 4)
  writer.write('abc\n')
  const first = await nextWrite()
  writer.write('d\n')
  first.done(null, first.end)
  t.is((await nextWrite()).text, 'lost 1\n')
})

test('a slow reader is tried again soon, with the same lines, and that is no failure', async (t) => {
  const { writer, nextWrite, failures } = open(t)
  writer.write('a\n')
  const first = await nextWrite()
  first.done(error('EAGAIN'), 0)
  writer.write('b\n')
  const again = await nextWrite()
  t.is(again.text, 'a\n')
  again.done(null, 2)
  t.is((await nextWrite()).text, 'b\n')
  t.deepEqual(failures, [])
})

test('a failure is told once, and once more after a line could be written', async (t) => {
  const { writer, nextWrite, failures } = open(t)
  writer.write('a\n')
  for (const times of [1, 2]) {
    for (const code of ['ENOSPC', 'EIO']) {
      const write = await nextWrite()
      write.done(error(code), 0)
      t.is(failures.length, times)
      void writer.flush(1000)
    }
    const write = await nextWrite()
    t.is(write.text, 'a\n')
    write.done(null, write.end)
    writer.write('a\n')
  }
  t.deepEqual(failures, ['ENOSPC', 'ENOSPC'])
})

test('flushing waits for all lines, and no longer than it may', async (t) => {
  const { writer, nextWrite } = open(t)
  t.true(await writer.flush(60_000))
  writer.write('a\n')
  const flushed = writer.flush(60_000)
  const first = await nextWrite()
  writer.write('b\n')
  first.done(null, first.end)
  const second = await nextWrite()
  second.done(null, second.end)
  t.true(await flushed)
  writer.write('c\n')
  t.false(await writer.flush(1))
})

test('a sink is closed when nothing is being written any more, and later lines are lost', async (t) => {
  const { writer, nextWrite, isClosed, writes } = open(t)
  writer.write('a\n')
  const closed = writer.close(1)
  const write = await nextWrite()
  t.false(await closed)
  t.false(isClosed())
  write.done(null, write.end)
  t.true(isClosed())
  writer.write('b\n')
  t.is(writer.lost(), 1)
  t.is(writes.length, 0)
})
