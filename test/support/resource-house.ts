import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { type ExactAnswer, exactRequest } from './exact-request.ts'
import { ISSUER, startTestHouse, type TestConfig, type TestHouse } from './gateway.ts'
import { approve, exchange, linkPhone } from './linking.ts'

/** A host of its own, with a route for all of it that asks for a token. */
export const MCP_HOST = 'mcp.example.org'
export const MCP_ORIGIN = `https://${MCP_HOST}`

/** A house with a route of each form, where clients may register. */
export function startResourceHouse(t: ExecutionContext, change: (config: TestConfig) => void = () => {}) {
  return startTestHouse(t, (config) => {
    const upstream = 'music-assistant'
    Object.assign(config.oauth, { registration: { enabled: true, open: true, scopes: ['music.read'] } })
    config.routes.push(
      ...([
        { path: '/api', methods: ['GET'], upstream, auth: 'bearer', scopes: ['music.read'] },
        { path: '/either', upstream, auth: 'bearer-or-session', scopes: ['music.read'] },
        { path: '/any/open', upstream: 'music-assistant-open', auth: 'none' },
        { host: MCP_HOST, path: '/*', upstream, auth: 'bearer', scopes: ['music.read'] },
        { host: MCP_HOST, path: '/open', upstream: 'music-assistant-open', auth: 'none' },
      ] as never[]),
    )
    change(config)
  })
}

/** A URL that asks for a token, as somebody may give it to a client. */
export interface Place {
  method?: string
  /** What the client calls it: without a query, and without a slash where there is no path. */
  resource: string
  /** Where it stands in the request. */
  target: string
  scopes: string[]
}

const any = (target: string): Place => ({ resource: `${ISSUER}${target}`, target, scopes: [] })
const mcp = (target: string): Place => ({ resource: `${MCP_ORIGIN}${target}`, target, scopes: ['music.read'] })
const api = (target: string): Place => ({
  ...{ method: 'POST', resource: `${ISSUER}${target}`, target },
  scopes: ['music.control', 'music.read'],
})

/** Exact, below, with a slash, encoded, with a query, on a host of its own, and all of a host. */
export const PLACES: Place[] = [
  api('/api'),
  api('/api/'),
  api('/%61pi'),
  { ...api('/api'), target: '/api?as=asked' },
  { ...any('/ws'), method: 'GET' },
  any('/any/'),
  any('/any/deep'),
  any('/any/deep/er/'),
  any('/any/caf%C3%A9/%7Eada'),
  { ...any('/either'), scopes: ['music.read'] },
  { ...any('/alexa/userinfo'), scopes: ['user:read'] },
  { ...mcp(''), target: '/' },
  mcp('/deep/er'),
  mcp('/deep/'),
  // An exact route for every host goes before one for all of a host.
  { ...mcp('/api'), scopes: ['music.control', 'music.read'] },
]

/** Where nobody needs a token, or nothing is. */
export const OTHERS = ['/open/x', '/any/open', '/imageproxy/x', '/nothing', '/api/x', '/either/x', '/alexa/token', '/']

/** Asks for a place as whoever has this token does. */
export function askPlace(house: TestHouse, place: Place, token?: string): Promise<ExactAnswer> {
  const { method = 'GET', resource, target } = place
  const headers: Record<string, string> = { host: new URL(resource).host }
  if (token !== undefined) headers.authorization = `Bearer ${token}`
  return exactRequest(house, { method, path: target, headers })
}

/** Fetches a URL of the house's, exactly as it is written. */
export function fetchUrl(house: TestHouse, url: string, method = 'GET'): Promise<ExactAnswer> {
  const [, host = '', path = ''] = /^https:\/\/([^/]+)(.*)$/.exec(url) ?? []
  return exactRequest(house, { method, path: path || '/', headers: { host } })
}

export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource'
export const SERVER_METADATA = '/.well-known/oauth-authorization-server'

/** Where the metadata of a resource stand. @see RFC 9728 section 3.1 */
export function insertWellKnown(resource: string): string {
  const { origin } = new URL(resource)
  return `${origin}${RESOURCE_METADATA}${resource.slice(origin.length)}`
}

/** What the 401 of a place names in `WWW-Authenticate`. */
export function namedIn({ headers }: ExactAnswer): string {
  return /(?:^|[ ,])resource_metadata="([^"]+)"/.exec(headers['www-authenticate'] ?? '')?.[1] ?? ''
}

/** How each kind of client gets an access token for a resource. */
export const CLIENTS: Record<string, (house: TestHouse, resource?: string) => Promise<string>> = {
  async 'a confidential client'(house, resource) {
    const code = (await approve(house, { resource, scope: 'music.read music.control user:read' })).get('code')
    return String((await exchange(house, code)).json.access_token)
  },
  'a public client': async (house, resource) => (await linkPhone(house, { resource })).access,
  async 'a client that registered itself'(house, resource) {
    const redirect_uri = 'http://127.0.0.1/callback'
    const initial = readFileSync(join(house.folder, 'data', 'registration.token'), 'utf8').trim()
    const { text } = await exactRequest(house, {
      method: 'POST',
      path: '/alexa/register',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${initial}` },
      body: JSON.stringify({ redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none' }),
    })
    return (await linkPhone(house, { client_id: JSON.parse(text).client_id, redirect_uri, resource })).access
  },
}
