import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { freePort } from '../gateway/contender.ts'
import { CONTENDERS_CORE, type PinnedProcess, startPinned } from '../gateway/pinned-process.ts'

/** PEM files. */
export interface Certificate {
  certificate: string
  key: string
}

export interface TlsContender {
  name: string
  start: (folder: string, certificate: Certificate) => Promise<{ process: PinnedProcess; port: number }>
}

export const HOST = 'dev.jasonhollis.com'
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** @param root a checkout of Skillgate. */
export function skillgate(root = ROOT, name = 'Skillgate'): TlsContender {
  return {
    name,
    async start(folder, { certificate, key }) {
      const home = mkdtempSync(join(folder, 'skillgate-'))
      const port = await freePort()
      const config = {
        public_url: `https://${HOST}`,
        listen: { https: `127.0.0.1:${port}` },
        tls: { source: 'files', certificate, key },
        log: { level: 'error' },
        // Nobody gets that far.
        upstreams: { nobody: { url: 'http://127.0.0.1:1' } },
        oauth: {
          scopes: { music: 'Your music' },
          clients: [
            { id: 'app', name: 'App', public: true, redirect_uris: ['com.example.app:/back'], scopes: ['music'] },
          ],
        },
        routes: [{ path: '/hello', auth: 'none', respond: { status: 200, body: 'hello' } }],
      }
      mkdirSync(join(home, 'data'), { mode: 0o700 })
      writeFileSync(join(home, 'gateway.yaml'), stringify(config))
      const launcher = join(resolve(root), 'bin', 'skillgate.js')
      const command = [process.execPath, launcher, 'start', '--config', join(home, 'gateway.yaml')]
      return { process: await startPinned(CONTENDERS_CORE, command, [port]), port }
    },
  }
}

/** Node's own server, with the same policy and nothing in front of it. */
export const bareNode: TlsContender = {
  name: 'Node alone',
  async start(_, { certificate, key }) {
    const port = await freePort()
    const program = fileURLToPath(new URL('bare-node.ts', import.meta.url))
    const command = [process.execPath, program, certificate, key, String(port)]
    return { process: await startPinned(CONTENDERS_CORE, command, [port]), port }
  },
}

/** One process that is its own worker, with what it needs to resume sessions, and nothing logged. */
export const nginx: TlsContender = {
  name: 'nginx',
  async start(folder, { certificate, key }) {
    const home = mkdtempSync(join(folder, 'nginx-'))
    const port = await freePort()
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${home};`)
    const config = `
      daemon off;
      master_process off;
      worker_processes 1;
      pid ${home}/nginx.pid;
      error_log stderr crit;
      events { worker_connections 1024; }
      http {
        ${temporary.join('\n')}
        access_log off;
        server {
          listen 127.0.0.1:${port} ssl;
          server_name ${HOST};
          ssl_protocols TLSv1.2 TLSv1.3;
          ssl_certificate ${certificate};
          ssl_certificate_key ${key};
          ssl_session_tickets on;
          location / { return 200 "hello"; }
        }
      }
    `
    writeFileSync(join(home, 'nginx.conf'), config)
    const command = ['nginx', '-p', home, '-c', join(home, 'nginx.conf')]
    return { process: await startPinned(CONTENDERS_CORE, command, [port]), port }
  },
}
