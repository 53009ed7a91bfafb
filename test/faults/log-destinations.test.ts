import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import test from 'ava'
import { fillPipe, namedPipe, pipeWithoutReader } from '../support/named-pipe.ts'
import { findProgram } from '../support/program.ts'
import { exchangeRaw, rawRequest } from '../support/raw-client.ts'
import {
  ends,
  endsAtOnce,
  floodUntilLost,
  LOOK_EVERY_MS,
  prepare,
  sendMany,
  serves,
  start,
  startPrepared,
  toldLost,
} from './logging-gateway.ts'
import { mountSmallDisk, writes } from './small-disk.ts'
import { startInStoppedTerminal } from './stopped-terminal.ts'

const isLinux = process.platform === 'linux'
const linuxTest = isLinux ? test.serial : test.serial.skip

linuxTest('standard error on a full disk: it serves, and ends when told to', async (t) => {
  const running = await start(t, { stderr: openSync('/dev/full', 'w') })
  await serves(t, running)
  await floodUntilLost(running)
  await serves(t, running)
  await ends(t, running)
})

linuxTest('standard error whose reader has gone: it serves, and ends when told to', async (t) => {
  const running = await start(t, { stderr: pipeWithoutReader(t) })
  await serves(t, running)
  await floodUntilLost(running)
  await ends(t, running)

  const socket = await start(t, {})
  socket.gateway.child.stderr?.destroy()
  await serves(t, socket)
  await floodUntilLost(socket)
  await ends(t, socket)
})

linuxTest('standard error that nobody reads: it serves, tells later what is lost, and ends when told to', async (t) => {
  const { path, reader, writer } = namedPipe(t)
  const running = await start(t, { stderr: writer })
  await floodUntilLost(running)
  await serves(t, running)
  const cat = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => cat.kill())
  const catEnded = once(cat, 'close')
  let read = ''
  cat.stdout.setEncoding('utf8').on('data', (text: string) => {
    read += text
  })
  await once(cat.stdout, 'data')
  closeSync(reader)
  // Until the queue has room again, and what comes is read.
  for (let i = 0; !/"user_agent":"after \d+"/.test(read); i++) {
    const mine = [`Authorization: Bearer ${running.token}`, `User-Agent: after ${i}`]
    await exchangeRaw(running.gateway, rawRequest('GET /alexa/userinfo', mine))
  }
  const lost = await running.lost()
  await ends(t, running)
  await catEnded
  const lines = read.trimEnd().split('\n')
  t.is(toldLost(lines), lost)
  t.true(lines.every((line) => JSON.parse(line).level !== undefined))
})

linuxTest('standard error that nobody reads does not keep a second signal from ending it at once', async (t) => {
  const { reader, writer } = namedPipe(t)
  t.teardown(() => closeSync(reader))
  const running = await start(t, { stderr: writer })
  await floodUntilLost(running)
  await endsAtOnce(t, running)
})

linuxTest('standard output that is full, closed or stuck: it serves, and ends when told to', async (t) => {
  const stuck = namedPipe(t)
  t.teardown(() => closeSync(stuck.reader))
  for (const stdout of [openSync('/dev/full', 'w'), pipeWithoutReader(t), fillPipe(stuck)]) {
    const running = await start(t, { stdout })
    await serves(t, running)
    await ends(t, running)
  }
  const socket = await start(t, {})
  socket.gateway.child.stdout?.destroy()
  await serves(t, socket)
  await ends(t, socket)
})

linuxTest('standard output that is stuck does not keep a second signal from ending it at once', async (t) => {
  const stuck = namedPipe(t)
  t.teardown(() => closeSync(stuck.reader))
  await endsAtOnce(t, await start(t, { stdout: fillPipe(stuck) }))
})

linuxTest('a terminal that was stopped: it serves, and ends when told to', async (t) => {
  const script = findProgram(t, 'script', 'bsdutils')
  if (script === undefined) return
  const running = await startInStoppedTerminal(t, script)
  await floodUntilLost(running)
  await serves(t, running)
  await ends(t, running)

  const again = await startInStoppedTerminal(t, script)
  await floodUntilLost(again)
  await endsAtOnce(t, again)
})

linuxTest('a log file on a full disk: it serves, and says how many lines are lost when there is room', async (t) => {
  const prepared = await prepare(t, { log: { file: 'logs/skillgate.log' } })
  const logs = join(dirname(prepared.configFile), 'logs')
  mkdirSync(logs)
  if (!mountSmallDisk(t, logs)) return
  const [file, filler] = [join(logs, 'skillgate.log'), join(logs, 'filler')]
  const running = await startPrepared(t, prepared)
  await serves(t, running)
  for (const size of [65_536, 4096]) while (writes(filler, size));
  await floodUntilLost(running)
  await serves(t, running)

  rmSync(filler)
  while (toldLost(readFileSync(file, 'utf8').split('\n')) === 0) await sendMany(running, 1)
  const lost = await running.lost()
  await serves(t, running)
  await ends(t, running)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  t.is(toldLost(lines), lost)
  const isWhole = (line: string) => JSON.parse(line).level !== undefined
  t.true(lines.every(isWhole))
  const { stderr } = running.gateway.output
  t.regex(stderr, /^\{[^\n]*"level":"error","msg":"\S+ can't be written: ENOSPC[^\n]*\}\n$/, 'it is told once')
})

linuxTest('a log file that stays full keeps it neither from ending nor from a second signal', async (t) => {
  for (const end of [ends, endsAtOnce]) {
    const running = await startPrepared(t, await prepare(t, { log: { file: '/dev/full' } }))
    await floodUntilLost(running)
    await serves(t, running)
    await end(t, running)
  }
})

test.serial('a log file that is moved away is begun anew, and no line is lost', async (t) => {
  const running = await startPrepared(t, await prepare(t, { log: { file: 'skillgate.log' } }))
  const file = join(dirname(running.configFile), 'skillgate.log')
  const requestsIn = (path: string) =>
    existsSync(path) ? readFileSync(path, 'utf8').split('"event":"request ended"').length - 1 : 0
  await sendMany(running, 10)
  while (requestsIn(file) < 10) await setTimeout(LOOK_EVERY_MS)
  renameSync(file, `${file}.1`)
  await sendMany(running, 10)
  while (requestsIn(file) + requestsIn(`${file}.1`) < 20) await setTimeout(LOOK_EVERY_MS)
  t.is(requestsIn(file), 10)
  rmSync(file)
  await sendMany(running, 10)
  await ends(t, running)
  t.is(requestsIn(file), 10)
  t.is(requestsIn(`${file}.1`), 10)
  t.is(running.gateway.output.stderr, '')
})
