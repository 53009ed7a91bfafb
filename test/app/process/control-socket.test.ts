import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import test, { type ExecutionContext } from 'ava'
import { askGateway, type ControlCommands, openControl } from '../../../src/app/process/control-socket.ts'
import { temporaryFolder } from '../../support/environment.ts'

const DONE = { ok: true, lines: ['gateway.yaml is served now.'] }
const MODULE = JSON.stringify(join(import.meta.dirname, '../../../src/app/process/control-socket.ts'))

async function open(t: ExecutionContext, folder: string, commands: ControlCommands = { reload: async () => DONE }) {
  const warnings: string[] = []
  const warn = (({ detail }: { detail: string }, message: string) => warnings.push(`${message}: ${detail}`)) as never
  const close = await openControl(folder, commands, { warn })
  t.teardown(close)
  return { close, warnings, file: join(folder, 'control.sock') }
}

test('what the gateway says comes back, only its owner may ask, and in the end there is no socket', async (t) => {
  const folder = temporaryFolder(t)
  const refused = { ok: false, lines: ['gateway.yaml:1:1 one', 'gateway.yaml:2:1 two'] }
  const { close, file } = await open(t, folder, { reload: async () => refused })
  t.deepEqual(await askGateway(folder, 'reload'), refused)
  t.is(statSync(file).mode & 0o777, 0o600)
  await close()
  t.false(existsSync(file))
  await t.throwsAsync(askGateway(folder, 'reload'), {
    name: 'StartError',
    message: /^No gateway runs on .*npx skillgate start/,
  })
})

test('a socket that a killed gateway left behind is said to lead nowhere, and is replaced', async (t) => {
  const folder = temporaryFolder(t)
  const source = `require('node:net').createServer().listen('control.sock', () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['--eval', source], { cwd: folder }), 'close')
  t.true(existsSync(join(folder, 'control.sock')))
  await t.throwsAsync(askGateway(folder, 'reload'), { message: /^No gateway runs/ })
  const { warnings } = await open(t, folder)
  t.deepEqual(warnings, [])
  t.deepEqual(await askGateway(folder, 'reload'), DONE)
})

test('a second gateway on the same folder leaves the socket to the first, and says so', async (t) => {
  const folder = temporaryFolder(t)
  await open(t, folder)
  const second = await open(t, folder, { reload: async () => ({ ok: true, lines: ['the second'] }) })
  t.regex(second.warnings.join(), /does not reach this gateway, SIGHUP does: another gateway runs on/)
  await second.close()
  t.deepEqual(await askGateway(folder, 'reload'), DONE)
})

test('a file that is no socket is left as it is', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'control.sock'), 'mine')
  const { warnings, close } = await open(t, folder)
  t.regex(warnings.join(), /EADDRINUSE/)
  await close()
  t.is(readFileSync(join(folder, 'control.sock'), 'utf8'), 'mine')
})

test('a data folder whose path is too long for a socket is said in words, on both sides', async (t) => {
  const folder = join(temporaryFolder(t), 'ä'.repeat(60))
  mkdirSync(folder)
  const { warnings } = await open(t, folder)
  t.regex(warnings.join(), /is too long for a socket, which may have 100 bytes/)
  await t.throwsAsync(askGateway(folder, 'reload'), { name: 'StartError', message: /is too long for a socket/ })
})

test('another user is told that it is the wrong one', async (t) => {
  const folder = temporaryFolder(t)
  await open(t, folder)
  const source = `
    import { askGateway } from ${MODULE}
    process.getuid() === 0 && process.seteuid(65534)
    await askGateway(${JSON.stringify(folder)}, 'reload').catch(({ message }) => console.log(message))`
  // The folder's own mode is what keeps strangers out.
  if (process.getuid?.() !== 0) chmodSync(folder, 0o000)
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' })
  chmodSync(folder, 0o700)
  t.regex(printed, /can't be used: are you the user that the gateway runs as\?/)
})

test('whatever else is said to the socket is answered or ended, and the next command works', async (t) => {
  const folder = temporaryFolder(t)
  const { file } = await open(t, folder)
  const say = async (words: string) => {
    const socket = connect(file)
    socket.end(words)
    return text(socket)
  }
  for (const words of ['stop\n', 'toString\n', '', 'reload'.repeat(100), '\n']) {
    const { ok, lines } = JSON.parse(await say(words))
    t.deepEqual([ok, /of another version/.test(lines[0])], [false, true], words)
  }
  connect(file)
    .on('error', () => {})
    .destroy()
  t.deepEqual(await askGateway(folder, 'reload'), DONE)
})

test('a gateway that ends before it has answered is said to have done so', async (t) => {
  const folder = temporaryFolder(t)
  await open(t, folder, { reload: () => Promise.reject(new Error('gone')) })
  await t.throwsAsync(askGateway(folder, 'reload'), { name: 'StartError', message: /ended before it answered/ })
})

test('51. who asks and never closes its end, or never gets to the end of its request, does not keep the socket', async (t) => {
  const folder = temporaryFolder(t)
  const { file } = await open(t, folder)
  const clients = ['reload\n', 'unknown\nand more', '', 'rel'].map((request) => {
    const socket = connect({ path: file, allowHalfOpen: true }).on('error', () => {})
    t.teardown(() => socket.destroy())
    if (request) socket.write(request)
    return socket
  })
  // A letter now and then is no progress.
  const dribble = setInterval(() => clients[3]?.write('o'), 1000)
  t.teardown(() => clearInterval(dribble))
  // Who only got the end of the other half could go on writing.
  const gone = clients.map(async (socket) => {
    // Not by `once` of events: a write that comes too late is an error that it would reject with.
    await new Promise((resolve) => socket.once('end', resolve).once('close', resolve))
    while (!socket.destroyed) await new Promise<void>((resolve) => socket.write('x', () => setImmediate(resolve)))
  })
  for (const socket of clients) socket.resume()
  await t.notThrowsAsync(Promise.all(gone))
})

test('a command gets its argument, be it as long as a host name can be', async (t) => {
  const folder = temporaryFolder(t)
  const asked: string[] = []
  const renew = async (name: string) => {
    asked.push(name)
    return DONE
  }
  await open(t, folder, { reload: async () => DONE, renew })
  const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`
  t.is(longest.length, 253)
  for (const name of ['', 'music.example.org', 'files music.example.org', longest]) {
    t.deepEqual(await askGateway(folder, 'renew', name), DONE)
  }
  t.deepEqual(asked, ['', 'music.example.org', 'files music.example.org', longest])
})

test('a gateway of an earlier version says that it does not know a command', async (t) => {
  const folder = temporaryFolder(t)
  await open(t, folder)
  const { ok, lines } = await askGateway(folder, 'renew', 'music.example.org')
  t.false(ok)
  t.regex(lines.join(), /is of another version, and does not know this command/)
})
