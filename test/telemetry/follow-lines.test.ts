import { appendFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { followLines } from '../../src/telemetry/follow-lines.ts'
import { readLastLines } from '../../src/telemetry/last-lines.ts'
import { temporaryFolder } from '../support/environment.ts'

function follow(t: ExecutionContext, file: string) {
  const told: string[] = []
  let wake = () => {}
  const stop = followLines(
    file,
    readLastLines(file, 1).end,
    (line) => {
      told.push(line)
      wake()
    },
    { intervalMs: 5 },
  )
  t.teardown(stop)
  /** The next lines, as soon as there are so many. */
  async function next(count: number): Promise<string[]> {
    while (told.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return told.splice(0)
  }
  return { next, told }
}

test('the last lines are read, however long the file is, without one that is not whole yet', (t) => {
  const file = join(temporaryFolder(t), 'log')
  t.deepEqual(readLastLines(file, 5), { lines: [], end: { inode: undefined, size: 0 } })
  writeFileSync(file, '')
  t.deepEqual(readLastLines(file, 5).lines, [])
  const all = Array.from({ length: 5000 }, (_, i) => `${i} ${'é'.repeat(20)}`)
  writeFileSync(file, `${all.join('\n')}\nnot whole`)
  for (const most of [1, 2, 1500, 4999, 5000, 5001]) {
    t.deepEqual(readLastLines(file, most).lines, all.slice(-most), String(most))
  }
  t.is(readLastLines(file, 1).end.size, Buffer.byteLength(`${all.join('\n')}\n`))
})

test('lines that are added are told once each, when they are whole', async (t) => {
  const file = join(temporaryFolder(t), 'log')
  writeFileSync(file, 'before\nbeg')
  const { next } = follow(t, file)
  appendFileSync(file, 'un\nand an')
  t.deepEqual(await next(1), ['begun'])
  appendFileSync(file, 'other\n\nlast\n')
  t.deepEqual(await next(3), ['and another', '', 'last'])
})

test('a file that is moved away and begun anew is followed, and nothing of either is missed', async (t) => {
  const file = join(temporaryFolder(t), 'log')
  writeFileSync(file, 'before\n')
  const { next } = follow(t, file)
  appendFileSync(file, 'a\n')
  renameSync(file, `${file}.1`)
  appendFileSync(`${file}.1`, 'b\n')
  writeFileSync(file, 'c\n')
  t.deepEqual(await next(3), ['a', 'b', 'c'])
  unlinkSync(file)
  writeFileSync(file, 'd\n')
  t.deepEqual(await next(1), ['d'])
})

test('a file that is emptied is read from its beginning, and one that is not there yet when it comes', async (t) => {
  const file = join(temporaryFolder(t), 'log')
  const { next } = follow(t, file)
  writeFileSync(file, 'a\nb\nc\n')
  t.deepEqual(await next(3), ['a', 'b', 'c'])
  truncateSync(file)
  writeFileSync(file, 'd\n', { flag: 'a' })
  t.deepEqual(await next(1), ['d'])
})
