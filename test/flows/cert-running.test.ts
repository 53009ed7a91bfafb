import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import test from 'ava'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { ISSUER } from '../support/gateway.ts'
import { skillgate, startProcess, writeConfig } from '../support/process.ts'
import { findProgram } from '../support/program.ts'

const HOST = new URL(ISSUER).hostname

test('curl with the exported CA reaches a gateway, and without it refuses to', async (t) => {
  const program = findProgram(t, 'curl', 'curl')
  if (program === undefined) return
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  const gateway = await startProcess(t, configFile)
  const file = join(configFile, '..', 'exported.pem')
  const { code, stderr } = await skillgate(['cert', 'export', file, '--config', configFile])
  t.is(code, 0, stderr)

  const curl = async (...words: string[]) => {
    const names = [HOST, 'localhost'].flatMap((host) => ['--resolve', `${host}:${gateway.port}:127.0.0.1`])
    const child = spawn(program, ['--silent', '--show-error', ...names, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [said, [exit]] = await Promise.all([text(child.stdout), once(child, 'close'), text(child.stderr)])
    return { exit, said }
  }
  for (const host of [HOST, 'localhost', '127.0.0.1']) {
    const { exit, said } = await curl('--cacert', file, `https://${host}:${gateway.port}/health`)
    t.is(exit, 0, host)
    t.is(JSON.parse(said).status, 'ok')
  }
  // 60: the peer's certificate can't be verified.
  t.is((await curl(`https://${HOST}:${gateway.port}/health`)).exit, 60)
  await gateway.stop()
})

test('a gateway that runs renews when it is asked, and the next handshake has the new certificate', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  const gateway = await startProcess(t, configFile)
  const served = async () => {
    const socket = connect({ port: gateway.port, host: '127.0.0.1', servername: HOST, ca: gateway.ca })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }
  const before = await served()
  const renewed = await skillgate(['cert', 'renew', HOST, '--config', configFile])
  t.deepEqual([renewed.code, renewed.stdout], [0, 'local: there is a new certificate.\n'], renewed.stderr)
  const after = await served()
  t.not(after, before)
  const strange = await skillgate(['cert', 'renew', 'elsewhere.example.org', '--config', configFile])
  t.is(strange.code, 1)
  t.regex(strange.stdout, /^No certificate is for elsewhere\.example\.org/)
  t.is(await served(), after)
  await gateway.stop()
})
