import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { freePort } from '../support/free-port.ts'
import { type GatewayProcess, LAUNCHER, skillgate, startProcess, writeConfig } from '../support/process.ts'
import { skipTest } from '../support/program.ts'

/** An account that no machine has a name for. */
const OWNER = { uid: 61_234, gid: 61_235 }

const rootOnly = process.platform === 'linux' && process.getuid?.() === 0 ? test : test.skip

/** A home whose folder, and all that is in it, is somebody's. Undefined where nobody but root can read the program. */
async function homeOf(
  t: ExecutionContext,
  { uid, gid } = OWNER,
  change: (values: Record<string, unknown>) => void = () => {},
) {
  if (!isOpenToAll(dirname(LAUNCHER))) {
    skipTest(t, 'nobody but root can read this checkout')
    return undefined
  }
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  const values = parse(readFileSync(configFile, 'utf8'))
  change(values)
  writeFileSync(configFile, stringify(values))
  const folder = dirname(configFile)
  for (const name of ['', 'gateway.yaml', 'data', 'data/music-assistant.token']) chownSync(join(folder, name), uid, gid)
  return { folder, configFile }
}

function isOpenToAll(folder: string): boolean {
  return (statSync(folder).mode & 0o5) === 0o5 && (folder === '/' || isOpenToAll(dirname(folder)))
}

function statusOf({ child }: GatewayProcess): Record<string, string> {
  const lines = readFileSync(`/proc/${child.pid}/status`, 'utf8').split('\n')
  return Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2)))
}

/** Of all that lies there: who owns it. */
function ownersIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return [...new Set(names.map((name) => statSync(join(folder, name))).map(({ uid, gid }) => `${uid}:${gid}`))]
}

rootOnly('75. started as root, a gateway becomes the owner of its data for good, with its ports', async (t) => {
  const ports = [await freePort(), await freePort()]
  const home = await homeOf(t, OWNER, (values) => {
    values.listen = { https: `127.0.0.1:${ports[0]}`, http: `127.0.0.1:${ports[1]}` }
  })
  if (!home) return
  const gateway = await startProcess(t, home.configFile)
  const { Uid, Gid, Groups, CapPrm, CapEff } = statusOf(gateway)
  t.is(Uid, Array(4).fill(OWNER.uid).join('\t'))
  t.is(Gid, Array(4).fill(OWNER.gid).join('\t'))
  t.is(Groups?.trim(), String(OWNER.gid))
  t.deepEqual([CapPrm, CapEff].map(Number), [0, 0])
  t.deepEqual([gateway.port, gateway.httpPort], ports)
  t.deepEqual(ownersIn(home.folder), [`${OWNER.uid}:${OWNER.gid}`])
  for (const port of ports) {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
  }
  t.is(await gateway.stop(), 0)
})

rootOnly('75. a gateway that root starts where there is no data yet makes it as the owner of the folder', async (t) => {
  const home = await homeOf(t, OWNER, (values) => {
    values.data_dir = 'kept/data'
  })
  if (!home) return
  mkdirSync(join(home.folder, 'secrets'))
  const gateway = await startProcess(t, home.configFile)
  t.is(statusOf(gateway).Uid, Array(4).fill(OWNER.uid).join('\t'))
  t.deepEqual(ownersIn(join(home.folder, 'kept')), [`${OWNER.uid}:${OWNER.gid}`])
})

rootOnly("75. where the data is root's, a gateway on ports for everybody serves, and says what to do", async (t) => {
  const home = await homeOf(t, { uid: 0, gid: 0 })
  if (!home) return
  const gateway = await startProcess(t, home.configFile)
  t.regex(
    gateway.output.stdout,
    /^Attention: this runs as root, .*: {2}useradd --system skillgate; chown -R skillgate: /m,
  )
})

rootOnly("75. where the data is root's, a gateway on a port of root's is refused, and says how to go on", async (t) => {
  const home = await homeOf(t, { uid: 0, gid: 0 }, (values) => {
    // Never served: refused before anything is bound.
    values.listen = { https: '127.0.0.1:1023' }
  })
  if (!home) return
  const { code, stderr } = await skillgate(['start', '--config', home.configFile])
  t.is(code, 1)
  t.regex(stderr, /would stay root, .*chown -R skillgate: .*\n.*start --allow-root\n$/)
})

rootOnly('75. with --allow-root a gateway stays root, and says nothing of it', async (t) => {
  const home = await homeOf(t)
  if (!home) return
  const gateway = await startProcess(t, home.configFile, { words: ['--allow-root'] })
  t.is(statusOf(gateway).Uid, '0\t0\t0\t0')
  t.notRegex(gateway.output.stdout, /Attention/)
})

rootOnly('75. data of an account, but of the group of root, is refused with the command', async (t) => {
  const home = await homeOf(t, { uid: OWNER.uid, gid: 0 })
  if (!home) return
  const { code, stderr } = await skillgate(['start', '--config', home.configFile])
  t.is(code, 1)
  t.is(stderr.split(':  ').at(-1), `chown -R ${OWNER.uid}: ${join(home.folder, 'data')}\n`)
})

rootOnly('75. a secret that only root can read is refused at once, not when it is renewed', async (t) => {
  const home = await homeOf(t)
  if (!home) return
  const token = join(home.folder, 'data', 'music-assistant.token')
  chownSync(token, 0, 0)
  chmodSync(token, 0o600)
  const { code, stderr } = await skillgate(['start', '--config', home.configFile])
  t.is(code, 1)
  t.true(stderr.includes(`that account can't read ${token}. `), stderr)
  t.true(stderr.includes(`chgrp ${OWNER.gid} ${token} && chmod g+r ${token}`), stderr)
  // Nothing was made as somebody else meanwhile.
  t.deepEqual(readdirSync(join(home.folder, 'data')), ['music-assistant.token'])
  chownSync(token, 0, OWNER.gid)
  chmodSync(token, 0o640)
  t.is(await (await startProcess(t, home.configFile)).stop(), 0)
})

rootOnly('a port that is taken is said in words to root, too', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  t.teardown(() => holder.close())
  const { port } = holder.address() as { port: number }
  const home = await homeOf(t, OWNER, (values) => {
    values.listen = { https: '127.0.0.1:0', http: `127.0.0.1:${port}` }
  })
  if (!home) return
  const { code, stderr } = await skillgate(['start', '--config', home.configFile])
  t.is(code, 1)
  t.regex(stderr, /EADDRINUSE.*another program listens there/)
})
