import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Contender, type Field, freePort, PATH, type RunningContender } from '../contender.ts'
import { CONTENDERS_CORE, LOAD_CORE, startPinned } from '../pinned-process.ts'
import { startChecker } from '../servers.ts'

export const nginx = contender('nginx auth_request, checker on the other core', LOAD_CORE)
export const nginxAndChecker = contender('nginx auth_request and checker on one core', CONTENDERS_CORE)

function contender(name: string, checkerCore: number): Contender {
  return { name, program: 'nginx', start: (field) => start(field, checkerCore) }
}

async function start(field: Field, checkerCore: number): Promise<RunningContender> {
  const folder = mkdtempSync(join(field.folder, 'nginx-'))
  const port = await freePort()
  const checker = await startChecker(checkerCore, field.token)
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, config(field, checker.port, folder, port))
  const started = await startPinned(CONTENDERS_CORE, ['nginx', '-p', folder, '-c', file], [port])
  return { processes: [started, checker.process], port, token: field.token }
}

/** One process that is its own worker, connections kept open on all three sides, nothing logged. */
function config({ upstream, tls }: Field, checkerPort: number, folder: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder};`)
  return `
    daemon off;
    master_process off;
    worker_processes 1;
    pid ${folder}/nginx.pid;
    error_log stderr crit;
    events { worker_connections 1024; }
    http {
      ${temporary.join('\n')}
      access_log off;
      keepalive_requests 1000000000;
      upstream upstream { server 127.0.0.1:${upstream.port}; keepalive 64; keepalive_requests 1000000000; }
      upstream checker { server 127.0.0.1:${checkerPort}; keepalive 64; keepalive_requests 1000000000; }
      server {
        listen 127.0.0.1:${port} ssl;
        ssl_protocols TLSv1.3;
        ssl_certificate ${tls.certificate};
        ssl_certificate_key ${tls.key};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        location ${PATH}/ {
          auth_request /check;
          auth_request_set $user $upstream_http_x_remote_user_id;
          proxy_set_header X-Remote-User-Id $user;
          proxy_set_header Authorization "";
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_set_header X-Forwarded-Host $http_host;
          proxy_set_header X-Forwarded-Proto https;
          proxy_pass http://upstream;
        }
        location = /check {
          internal;
          proxy_pass http://checker;
          proxy_pass_request_body off;
          proxy_set_header Content-Length "";
        }
      }
    }
  `
}
