import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import { temporaryFolder } from './environment.ts'

/** The configuration in a file with this text, in a folder of its own. */
export function writeAndLoad(
  t: ExecutionContext,
  source: string,
  variables: Record<string, string | undefined> = {},
): Config {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, source)
  return loadConfig(file, variables)
}

/** A small configuration with these. @param routes a list, indented. @param oauth more lines of `oauth`, indented. */
export function smallConfig(t: ExecutionContext, routes: string, oauth = ''): Config {
  return writeAndLoad(
    t,
    `public_url: https://gate.example.org
listen: { https: 0.0.0.0:8443 }
tls: { source: local }
upstreams: { ui: { url: http://127.0.0.1:8095 } }
oauth:
  scopes: { music.read: See your music }
${oauth}  clients: [{ id: a, name: A, secret: { file: a.secret }, redirect_uris: [https://a.example/], scopes: [music.read] }]
routes:
${routes}`,
  )
}
