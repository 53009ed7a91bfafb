import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type ConnectionOptions, connect } from 'node:tls'
import type { ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../../demo/stand-in-music-assistant.ts'
import { freePort } from '../free-port.ts'
import { writeConfig } from '../process.ts'
import { type Pebble, type PebbleOptions, startPebble } from './pebble.ts'

export const HOST = 'dev.jasonhollis.com'

export interface AcmeHome {
  pebble: Pebble
  configFile: string
  port: number
  httpPort: number
  /** Changes `tls` of the configuration file. */
  change: (tls: Record<string, unknown>) => void
}

/** A CA, and the configuration of a gateway that gets its certificates there, and is at the ports that it looks at. */
export async function acmeHome(
  t: ExecutionContext,
  tls: Record<string, unknown> = {},
  options: PebbleOptions = {},
): Promise<AcmeHome | undefined> {
  const [port, httpPort] = [await freePort(), await freePort()]
  const pebble = await startPebble(t, { httpPort, tlsPort: port, ...options })
  if (!pebble) return undefined
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  // Where who starts a gateway here looks for what to trust.
  mkdirSync(join(dirname(configFile), 'certs'))
  writeFileSync(join(dirname(configFile), 'certs', 'local-ca.pem'), '')
  const change = (more: Record<string, unknown>) => {
    const values = parse(readFileSync(configFile, 'utf8'))
    writeFileSync(configFile, stringify({ ...values, tls: { ...values.tls, ...more } }))
  }
  const listen = { https: `127.0.0.1:${port}`, http: `127.0.0.1:${httpPort}` }
  writeFileSync(configFile, stringify({ ...parse(readFileSync(configFile, 'utf8')), listen, tls: {} }))
  const { directory, caFile } = pebble
  change({ source: 'acme', terms_of_service: 'accepted', directory, ca: caFile, ...tls })
  return { pebble, configFile, port, httpPort, change }
}

/** What a gateway serves, in words of OpenSSL: `rsa` or `ec`, and its fingerprint. Undefined where there is no handshake. */
export async function servedKey(
  port: number,
  options: ConnectionOptions = {},
): Promise<{ type: string; fingerprint: string; notAfter: number; names: string } | undefined> {
  const socket = connect({ host: '127.0.0.1', port, servername: HOST, ...options })
  try {
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    const certificate = socket.getPeerX509Certificate()
    if (!certificate) return undefined
    return {
      type: String(certificate.publicKey.asymmetricKeyType),
      fingerprint: certificate.fingerprint256,
      notAfter: certificate.validToDate.getTime(),
      names: certificate.subjectAltName ?? '',
    }
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}
