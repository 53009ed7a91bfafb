import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Contender, type Field, freePort, PATH, type RunningContender } from '../contender.ts'
import { CONTENDERS_CORE, LOAD_CORE, startPinned } from '../pinned-process.ts'
import { startChecker } from '../servers.ts'

export const caddy = contender('Caddy forward_auth, checker on the other core', LOAD_CORE)
export const caddyAndChecker = contender('Caddy forward_auth and checker on one core', CONTENDERS_CORE)

function contender(name: string, checkerCore: number): Contender {
  return { name, program: 'caddy', start: (field) => start(field, checkerCore) }
}

async function start(field: Field, checkerCore: number): Promise<RunningContender> {
  const folder = mkdtempSync(join(field.folder, 'caddy-'))
  const port = await freePort()
  const checker = await startChecker(checkerCore, field.token)
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, config(field, checker.port, port))
  const homes = ['HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'].map((name) => `${name}=${folder}`)
  const command = ['env', ...homes, 'caddy', 'run', '--adapter', 'caddyfile', '--config', file]
  const started = await startPinned(CONTENDERS_CORE, command, [port])
  return { processes: [started, checker.process], port, token: field.token }
}

/** Go takes as many threads as it has cores, so that one is enough. It keeps connections open by itself. */
function config({ upstream, tls }: Field, checkerPort: number, port: number): string {
  return `
    {
      admin off
      auto_https off
      servers {
        protocols h1
      }
    }
    https://:${port} {
      bind 127.0.0.1
      tls ${tls.certificate} ${tls.key} {
        protocols tls1.3
      }
      handle ${PATH}/* {
        forward_auth 127.0.0.1:${checkerPort} {
          uri /check
          copy_headers X-Remote-User-Id
        }
        reverse_proxy 127.0.0.1:${upstream.port} {
          header_up -Authorization
        }
      }
    }
  `
}
