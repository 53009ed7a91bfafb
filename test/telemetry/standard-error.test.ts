import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { temporaryFolder } from '../support/environment.ts'
import { namedPipe } from '../support/named-pipe.ts'
import { findProgram } from '../support/program.ts'

const PROGRAM = fileURLToPath(new URL('standard-error-process.ts', import.meta.url))
/** Milliseconds: more than any of this takes. */
const PLENTY = 30_000

interface Reply {
  lost: number
  flushed?: boolean
}

/** A process that logs to what it is given as standard error. */
async function start(t: ExecutionContext, standardError: 'pipe' | number, words: string[] = []) {
  const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', 'ignore', standardError, 'ipc'] })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  await replyOf(child)
  async function tell(message: object): Promise<Reply> {
    const reply = replyOf(child)
    child.send(message)
    return reply
  }
  return { child, tell, ended }
}

async function replyOf(child: ChildProcess): Promise<Reply> {
  const [reply] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code, signal]) => Promise.reject(new Error(`it ended: ${code ?? signal}`))),
  ])
  return reply
}

const FLOOD = 5000

/** Far more than a pipe and the queue hold. @returns how many lines are lost for good. */
async function flood(t: ExecutionContext, tell: (message: object) => Promise<Reply>): Promise<number> {
  let lost = 0
  for (let i = 0; i < 5; i++) ({ lost } = await tell({ lines: FLOOD / 5 }))
  t.true(lost > 1000, String(lost))
  return lost
}

test('a pipe that nobody reads keeps nobody from working, nor from ending', async (t) => {
  if (process.platform !== 'linux') return t.pass()
  const { reader, writer } = namedPipe(t)
  t.teardown(() => closeSync(reader))
  const { tell, ended } = await start(t, writer)
  closeSync(writer)
  await flood(t, tell)
  t.false((await tell({ end: 200 })).flushed)
  t.deepEqual(await ended, [0, null])
})

test('when the reader reads on, it gets what waited, and where lines are missing how many', async (t) => {
  if (process.platform !== 'linux') return t.pass()
  const { path, reader, writer } = namedPipe(t)
  const { tell, ended } = await start(t, writer)
  closeSync(writer)
  const lost = await flood(t, tell)
  let text = ''
  const cat = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'ignore'] })
  cat.stdout.setEncoding('utf8').on('data', (data) => {
    text += data
  })
  await once(cat.stdout, 'data')
  closeSync(reader)
  const catEnded = once(cat, 'close')
  const { flushed, lost: lostInAll } = await tell({ lines: 1, end: PLENTY })
  t.true(flushed)
  await ended
  await catEnded
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg as string)
  const told = lines
    .filter((line) => line !== 'a line')
    .map((line) => Number(/^([\d,]+) lines of the log were lost here/.exec(line)?.[1]?.replace(',', '')))
  t.is(
    told.reduce((sum, count) => sum + count),
    lostInAll,
  )
  t.is(lines.length - told.length, FLOOD + 1 - lostInAll)
  t.true(lostInAll >= lost)
})

test('a socket that nobody reads, as of the journal, keeps nobody from working, nor from ending', async (t) => {
  // Node gives its children sockets where it says pipe.
  const { child, tell, ended } = await start(t, 'pipe')
  await flood(t, tell)
  t.false((await tell({ end: 200 })).flushed)
  t.deepEqual(await ended, [0, null])
  child.stderr?.destroy()
})

test('a reader that has gone keeps nobody from working, nor from ending', async (t) => {
  const socket = await start(t, 'pipe')
  socket.child.stderr?.destroy()
  const ways = [socket]
  if (process.platform === 'linux') {
    const { reader, writer } = namedPipe(t)
    ways.push(await start(t, writer))
    closeSync(writer)
    closeSync(reader)
  }
  for (const { tell, ended } of ways) {
    await flood(t, tell)
    t.false((await tell({ end: 200 })).flushed)
    t.deepEqual(await ended, [0, null])
  }
})

test('a full disk keeps nobody from working, nor from ending', async (t) => {
  if (process.platform !== 'linux') return t.pass()
  const full = openSync('/dev/full', 'w')
  const { tell, ended } = await start(t, full)
  closeSync(full)
  await flood(t, tell)
  t.false((await tell({ end: 200 })).flushed)
  t.deepEqual(await ended, [0, null])
})

test('a file gets every line', async (t) => {
  const path = join(temporaryFolder(t), 'out')
  const file = openSync(path, 'w')
  const { tell, ended } = await start(t, file)
  closeSync(file)
  t.deepEqual(await tell({ lines: 1000, end: PLENTY }), { flushed: true, lost: 0 })
  await ended
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  t.deepEqual(
    lines.map((line) => JSON.parse(line).i),
    [...Array(1000).keys()],
  )
})

test('a terminal that is stopped keeps nobody from working, nor from ending', async (t) => {
  if (process.platform !== 'linux') return t.pass()
  const script = findProgram(t, 'script', 'bsdutils')
  if (script === undefined) return
  // What script shows is read by nobody: so the terminal that it makes is stuck as after Ctrl-S.
  const words = ['-qec', `exec "${process.execPath}" "${PROGRAM}" 3>&3 2>&1`, '/dev/null']
  const child = spawn(script, words, {
    stdio: ['pipe', 'pipe', 'ignore', 'ipc'],
    env: { ...process.env },
  })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  await replyOf(child)
  const tell = (message: object) => {
    const reply = replyOf(child)
    child.send(message)
    return reply
  }
  await flood(t, tell)
  t.false((await tell({ end: 200 })).flushed)
  child.stdout?.resume()
  await ended
})

test('a log file that cannot be written is told once on standard error', async (t) => {
  const missing = join(temporaryFolder(t), 'nowhere', 'skillgate.log')
  const { child, tell, ended } = await start(t, 'pipe', [missing])
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (data) => {
    text += data
  })
  const complaint = once(child.stderr!, 'data')
  await tell({ lines: 1 })
  await complaint
  t.false((await tell({ lines: 1, end: 200 })).flushed)
  await ended
  const [line = '', ...more] = text.trim().split('\n')
  t.deepEqual(more, [])
  t.is(JSON.parse(line).level, 'error')
  t.true(JSON.parse(line).msg.startsWith(`${missing} can't be written: ENOENT`))
})
