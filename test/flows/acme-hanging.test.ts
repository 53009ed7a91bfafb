import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { skillgate, startProcess, writeConfig } from '../support/process.ts'
import { until } from '../support/until.ts'

const linuxOnly = process.platform === 'linux' ? test.serial : test.serial.skip

/** A gateway whose CA takes each connection, and says nothing. */
async function start(t: ExecutionContext) {
  const asking = new Set<Socket>()
  const ca = createServer((socket) => asking.add(socket.on('error', () => {})))
  t.teardown(() => {
    for (const socket of asking) socket.destroy()
    ca.close()
  })
  ca.listen(0, '127.0.0.1')
  await once(ca, 'listening')
  const { port } = ca.address() as AddressInfo
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  mkdirSync(join(dirname(configFile), 'certs'))
  writeFileSync(join(dirname(configFile), 'certs', 'local-ca.pem'), '')
  const directory = `https://127.0.0.1:${port}/directory`
  const tls = { source: 'acme', terms_of_service: 'accepted', directory, keys: ['ec'] }
  writeFileSync(configFile, stringify({ ...parse(readFileSync(configFile, 'utf8')), tls }))
  return { configFile, asking }
}

/** Of the gateway, and of those. */
function processesBelow(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)
  return children.flatMap((child) => [child, ...processesBelow(child)])
}

const isThere = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

linuxOnly(
  'a CA that says nothing holds up neither a reload nor stopping, also while somebody waits for a renewal',
  async (t) => {
    const { configFile, asking } = await start(t)
    const gateway = await startProcess(t, configFile)
    await until(() => asking.size > 0)
    const renewal = skillgate(['cert', 'renew', '--config', configFile])
    const reloaded = await skillgate(['reload', '--config', configFile])
    t.is(reloaded.code, 0, reloaded.stdout + reloaded.stderr)

    const processes = processesBelow(gateway.child.pid as number)
    t.true(processes.length >= 2)
    const began = performance.now()
    t.is(await gateway.stop(), 0)
    t.true(performance.now() - began < 8000)
    await until(() => !processes.some(isThere))
    t.not((await renewal).code, 0)
  },
)

linuxOnly('before the first certificate the console’s words say that there is none yet', async (t) => {
  const { configFile } = await start(t)
  const { code, stdout, stderr } = await skillgate(['alexa', 'console', '--config', configFile])
  t.is(code, 0, stderr)
  t.regex(stdout, /There is no certificate yet: it comes by itself while Skillgate runs/)
  t.notRegex(stdout, /proxy in front/)
})
