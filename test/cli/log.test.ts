import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { showLog } from '../../src/cli/log.ts'
import { temporaryFolder } from '../support/environment.ts'
import { openTerminal } from '../support/terminal.ts'

const TIME = '2026-07-28T12:00:00.000Z'
const HERE = new Date(TIME).toLocaleString('sv-SE')
const line = (msg: string) => `${JSON.stringify({ time: TIME, level: 'info', msg })}\n`

function open(t: ExecutionContext) {
  const file = join(temporaryFolder(t), 'skillgate.log')
  const printed: string[] = []
  let wake = () => {}
  let stop = () => {}
  const world = {
    most: 2,
    print(text: string) {
      printed.push(text)
      wake()
    },
    untilStopped: () =>
      new Promise<void>((resolve) => {
        stop = resolve
      }),
  }
  async function untilPrinted(count: number) {
    while (printed.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return { file, printed, world, untilPrinted, stop: () => stop() }
}

test('the latest lines are told in words', async (t) => {
  const { file, printed, world } = open(t)
  writeFileSync(file, [line('a'), line('b'), 'not JSON\u001b[2J\n', '{"time":'].join(''))
  t.is(await showLog(file, { ...world, follow: false }), 0)
  t.deepEqual(printed, [`${HERE}  info: b`, 'not JSON�[2J'])
})

test('what comes is told until somebody stops it, or nobody reads any more', async (t) => {
  const { file, printed, world, untilPrinted, stop } = open(t)
  writeFileSync(file, line('a'))
  const shown = showLog(file, { ...world, follow: true })
  await untilPrinted(1)
  appendFileSync(file, line('b'))
  await untilPrinted(2)
  stop()
  t.is(await shown, 0)
  t.deepEqual(printed, [`${HERE}  info: a`, `${HERE}  info: b`])

  const unread = { ...world, untilUnread: () => Promise.resolve() }
  t.is(await showLog(file, { ...unread, follow: true }), 0)
})

test('where nothing was logged yet, that is said', async (t) => {
  const { file, printed, world } = open(t)
  t.is(await showLog(file, { ...world, follow: false }), 0)
  t.deepEqual(printed, [`Nothing has been logged yet: there is nothing in ${file}.`])
})

test('a file that cannot be read is said in one sentence', async (t) => {
  const { file, world } = open(t)
  mkdirSync(file)
  const message = `${file} can't be read (EISDIR): it is a folder, and should be a file. Move it away:  mv ${file} ${file}.folder`
  await t.throwsAsync(showLog(file, { ...world, follow: false }), { name: 'CommandError', message })
})

test('where the log goes to no file, it is said what to do', async (t) => {
  const { type } = await openTerminal(t)
  const expected = { name: 'CommandError', message: /put it into a file: log: \{ file: data\/skillgate\.log \}/ }
  await t.throwsAsync(type('log'), expected)
  await t.throwsAsync(type('log', { last: '0' }), { message: '--last takes a whole number, at least 1.' })
})
