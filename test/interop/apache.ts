import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { ExecutionContext } from 'ava'
import { temporaryFolder } from '../support/environment.ts'
import { freePort, type InteropHouse, SECRET } from './house.ts'

const MODULES = '/usr/lib/apache2/modules'

export interface ApacheOptions {
  /** Where a request goes that was let in. */
  upstream: string
  /** Whom it trusts: the CA of the house, if nothing is said. */
  caFile?: string
  /** How Apache proves to the introspection endpoint who it is. */
  authentication: 'client_secret_basic' | 'client_secret_post'
}

/** What Debian's packages install, which the test fails without. */
export const FILES = { 'apache2-bin': '/usr/sbin/apache2', 'libapache2-mod-oauth2': `${MODULES}/mod_oauth2.so` }

/**
 * An Apache that lets nobody in without a token that the house calls good, in the foreground, with no file but its own.
 * @returns its address. It ends with the test.
 */
export async function startApache(t: ExecutionContext, house: InteropHouse, options: ApacheOptions): Promise<string> {
  for (let tried = 1; ; tried++) {
    const port = await freePort()
    const folder = temporaryFolder(t)
    const file = join(folder, 'apache.conf')
    writeFileSync(file, configuration(folder, port, house, options))
    const child = spawn(FILES['apache2-bin'], ['-D', 'FOREGROUND', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = once(child, 'close')
    t.teardown(async () => {
      child.kill('SIGTERM')
      await ended
    })
    const said = await untilReady(child)
    if (said === undefined) return `http://127.0.0.1:${port}`
    if (tried === 5 || !said.includes('Address already in use')) throw new Error(`Apache did not start: ${said}`)
  }
}

/** @returns undefined, or what it said when it ended instead: of its configuration on stderr, then its log on stdout. */
async function untilReady({
  stdout,
  stderr,
}: ChildProcessByStdio<null, Readable, Readable>): Promise<string | undefined> {
  let said = ''
  stderr.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  // Read on after this, by nobody: else Apache would wait once the pipe is full.
  stdout.setEncoding('utf8').resume()
  for await (const [text] of on(stdout, 'data', { close: ['close'] })) {
    said += text
    if (said.includes('resuming normal operations')) return undefined
  }
  return said
}

/**
 * mod_oauth2 verifies certificates, but with the system's CAs only; mod_ssl can be given others. So Apache asks itself,
 * and passes that on over TLS to the house, whose certificate it checks.
 */
function configuration(folder: string, port: number, house: InteropHouse, options: ApacheOptions): string {
  const modules = [
    'mpm_event',
    'authn_core',
    'authz_core',
    'authz_host',
    'authz_user',
    'headers',
    'proxy',
    'proxy_http',
  ]
  const introspection = new URLSearchParams({
    'introspect.auth': options.authentication,
    client_id: 'music-api',
    client_secret: SECRET,
    // What it was told is good for one request.
    expiry: '0',
  })
  return `
ServerName localhost
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache.pid
Listen 127.0.0.1:${port}
User www-data
Group www-data
ErrorLog "|/bin/cat"
LogLevel notice
${[...modules, 'ssl', 'oauth2'].map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}

<Location /introspect>
  Require local
  ProxyPass ${house.issuer}/alexa/introspect
</Location>
SSLProxyEngine on
SSLProxyVerify require
SSLProxyCheckPeerName on
SSLProxyCACertificateFile ${options.caFile ?? house.caFile}

<Location /music>
  AuthType oauth2
  OAuth2TokenVerify introspect http://127.0.0.1:${port}/introspect ${introspection}
  OAuth2TargetPass envvars=false&headers=true&remote_user_claim=username
  ProxyPass ${options.upstream}
  RequestHeader set X-Remote-User expr=%{REMOTE_USER}
  Require valid-user
</Location>
<Location /music/control>
  AuthMerging Off
  Require oauth2_claim scope:music.control
</Location>
`
}
