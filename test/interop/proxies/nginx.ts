import { existsSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { findProgram, skipTest } from '../../support/program.ts'
import { startProxy } from './start-proxy.ts'

const STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so'

/** @returns its path, or undefined where the test is skipped. */
export function findNginx(t: ExecutionContext): string | undefined {
  const program = findProgram(t, 'nginx', 'nginx-light libnginx-mod-stream')
  if (program === undefined || existsSync(STREAM)) return program
  skipTest(t, `there is no ${STREAM} (Debian: apt-get install libnginx-mod-stream)`)
  return undefined
}

/** @param site what a file of /etc/nginx says, of `http` or of all. */
export function startNginx(
  t: ExecutionContext,
  program: string,
  part: 'http' | 'stream',
  site: (listen: string) => string,
): Promise<number> {
  return startProxy(t, {
    program,
    words: (file, folder) => ['-c', file, '-p', folder, '-e', 'stderr'],
    configuration: (listen, folder) => `
load_module ${STREAM};
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
${part === 'stream' ? site(listen) : `http {\n${temporaryPaths(folder)}\naccess_log off;\n${site(listen)}\n}`}
`,
  })
}

function temporaryPaths(folder: string): string {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n')
}
