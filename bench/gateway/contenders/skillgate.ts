import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { ADA, ISSUER, JAPAN } from '../../../test/support/gateway.ts'
import { link } from '../../../test/support/linking.ts'
import { type Contender, type Field, freePort, PATH } from '../contender.ts'
import { CONTENDERS_CORE, startPinned } from '../pinned-process.ts'

/** The real thing, as a person starts it, with a token from a real linking. @param root a checkout of Skillgate */
export function skillgate(root: string, name = 'Skillgate'): Contender {
  const launcher = join(root, 'bin', 'skillgate.js')
  return {
    name,
    async start(field) {
      const folder = mkdtempSync(join(field.folder, 'skillgate-'))
      const configFile = join(folder, 'gateway.yaml')
      const port = await freePort()
      writeFileSync(configFile, stringify(config(field, port)))
      mkdirSync(join(folder, 'data'), { mode: 0o700 })
      run([launcher, 'user', 'add', ADA.name, '--config', configFile], `${ADA.password}\n`)
      const command = [process.execPath, launcher, 'start', '--config', configFile]
      const started = await startPinned(CONTENDERS_CORE, command, [port])
      const alexa = readFileSync(join(folder, 'data', 'alexa.secret'), 'utf8').trim()
      const { access } = await link({ port, ca: readFileSync(field.tls.ca, 'utf8'), secrets: { alexa } })
      return { processes: [started], port, token: access }
    },
  }
}

function config({ upstream, tls: { certificate, key } }: Field, port: number) {
  const secret = { file: 'data/alexa.secret' }
  const scopes = ['music.control', 'user:read']
  return {
    public_url: ISSUER,
    listen: { https: `127.0.0.1:${port}` },
    tls: { source: 'files', certificate, key },
    upstreams: { upstream: { url: `http://127.0.0.1:${upstream.port}` } },
    oauth: {
      scopes: { 'music.control': 'Play and pause', 'user:read': 'See your name' },
      clients: [{ id: 'amazon-alexa', name: 'Amazon Alexa', secret, redirect_uris: [JAPAN], scopes }],
    },
    routes: [{ path: `${PATH}/*`, upstream: 'upstream', auth: 'bearer', scopes: ['music.control'] }],
  }
}

function run(words: string[], input: string): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stdout}${stderr}`)
}
