import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { ADA, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { callApi, link, refresh } from '../../support/linking.ts'
import { asMusicAssistant, openMusicClient } from '../../support/music-client.ts'
import { exchangeRaw, rawRequest } from '../../support/raw-client.ts'

export interface Certificate {
  /** With its chain. */
  certificate: string
  key: string
}

/** A gateway with a proxy of its owner's in front of it. */
export interface HouseBehindProxy extends TestHouse {
  /** Where it listens for proxies that end TLS, as `host:port`. */
  plain: string
  /** Where it listens with TLS. */
  https: string
  /** Where it only redirects. */
  http: string
  /** For whatever ends TLS: good for localhost. */
  material: Certificate
}

/** The address of somebody who is no proxy; all of 127.0.0.0/8 is on this machine. */
const CLIENT = '127.6.6.6'

export async function startBehindProxy(
  t: ExecutionContext,
  listen: { proxy_protocol?: boolean; trusted_proxies?: string[] } = {},
): Promise<HouseBehindProxy> {
  const house = await startTestHouse(t, (config) => {
    asMusicAssistant(config)
    Object.assign(config.listen, { plain: '127.0.0.1:0', trusted_proxies: ['127.0.0.1'], ...listen })
  })
  const { gateway, folder } = house
  const [certificate, key] = ['local.pem', 'local.key'].map((name) => join(folder, 'certs', name)) as [string, string]
  const at = (kind: 'https' | 'http' | 'plain') => `127.0.0.1:${gateway[kind]!.port}`
  return { ...house, plain: at('plain'), https: at('https'), http: at('http'), material: { certificate, key } }
}

/** All that a home needs, through the proxy at this port. @param seen whose address the gateway is to see. */
export async function useThroughProxy(
  t: ExecutionContext,
  house: HouseBehindProxy,
  port: number,
  { listener, seen = CLIENT }: { listener: 'https' | 'plain'; seen?: string },
): Promise<void> {
  const outside = { ...house, port }
  const tokens = await link(outside)
  t.is((await callApi(outside, tokens.access)).status, 200)
  const refreshed = await refresh(outside, tokens.refresh)
  t.is(refreshed.status, 200)
  const client = await openMusicClient(t, outside, { token: String(refreshed.json.access_token) })
  t.true(Array.isArray((await client.ask('players/all')).result))
  client.socket.close()
  t.is((await client.closed).code, 1005)

  const path = '/.well-known/oauth-authorization-server'
  const spoofed = ['X-Forwarded-For: 203.0.113.66', 'X-Forwarded-Proto: http', 'Accept: application/json']
  const { status, header } = await exchangeRaw({ ...outside, localAddress: CLIENT }, rawRequest(`GET ${path}`, spoofed))
  t.is(status, 200)
  t.deepEqual(header('location'), [])
  const linked = house.events().filter(({ event }) => event === 'linked')
  t.true(linked.every(({ user }) => user === ADA.name))
  const record = await ended(house, (one) => one.path === path)
  t.is(record.listener, listener)
  t.is(record.address, seen)
}

/** What somebody outside is told through a proxy that is set up the wrong way round. */
export async function askThroughProxy(house: HouseBehindProxy, port: number, headers: string[] = []) {
  return exchangeRaw(
    { ...house, port, localAddress: CLIENT },
    rawRequest('GET /health', [...headers, 'Connection: close']),
  )
}

/** The next request to end of which this holds. */
export async function ended(
  { requests }: HouseBehindProxy,
  holds: (record: RequestRecord) => boolean,
): Promise<RequestRecord> {
  for (;;) {
    const record = await requests.next()
    if (holds(record)) return record
  }
}
