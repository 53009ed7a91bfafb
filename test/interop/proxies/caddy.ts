import type { ExecutionContext } from 'ava'
import type { Certificate } from './behind-proxy.ts'
import { startProxy } from './start-proxy.ts'

/** @param site what the Caddyfile says of one site, as whose address it has to have `site`. */
export function startCaddy(
  t: ExecutionContext,
  program: string,
  { certificate, key }: Certificate,
  site: (listen: string) => string,
): Promise<number> {
  return startProxy(t, {
    program,
    words: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
    // A certificate of the test's in the place of the one that Caddy would get.
    configuration: (listen) =>
      `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site(`https://localhost:${listen.replace(/.*:/, '')} {\n\tbind 127.0.0.1\n\ttls ${certificate} ${key}`)}`,
  })
}
