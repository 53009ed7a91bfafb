import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CallGateway, callsToGateway } from '../../../alexa/simulator/call-gateway.ts'
import type { Config } from '../../../config/schema.ts'
import { hereFor, isAnnounced } from '../../listening/is-announced.ts'
import type { Finding, Patient } from '../examination.ts'
import { type Seen, unseen } from './seen.ts'

/** Calls of the doctor's to the running gateway: to its listener where one can get at that, else by the public URL. */
export function callsToHouse({ config, ways }: Patient, publicHost = new URL(config.public_url).host): CallGateway {
  const place = ways.connectTo ?? placeOf(config)
  const announced = isAnnounced(config, place)
  const call = callsToGateway({ ...place, announced, publicHost, ca: rootsFor(config, ways.roots) })
  return (one) =>
    call({ ...one, headers: { 'User-Agent': 'Apache-HttpClient/4.5.x (Skillgate doctor)', ...one.headers } })
}

function placeOf({ listen: { https }, public_url }: Config): { host: string; port: number } {
  if (https && https.port !== 0) return { ...https, host: hereFor(https.host) }
  const { hostname, port } = new URL(public_url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) }
}

function rootsFor({ tls }: Config, roots: readonly string[]): string {
  const own = tls.source === 'local' ? join(tls.directory, 'local-ca.pem') : undefined
  return own !== undefined && existsSync(own) ? readFileSync(own, 'utf8') : roots.join('\n')
}

/** What a call came to that got no answer. What is wrong with a certificate is looked at by itself. */
export function notAnswered({ public_url }: Config, error: NodeJS.ErrnoException, needs: Finding['needs']): Seen {
  const found = `The gateway (${public_url}) could not be asked: ${error.message}.`
  const isNobody = error.code === undefined || /^(ECONN|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/.test(error.code)
  const remedy = isNobody ? 'start it, or see why it does not answer:  npx skillgate start' : undefined
  return unseen(found, { needs, remedy })
}
