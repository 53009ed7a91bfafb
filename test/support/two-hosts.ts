import type { ExecutionContext } from 'ava'
import { Browser, type Page } from './browser.ts'
import { ADA, ISSUER, startTestHouse, type TestHouse } from './gateway.ts'
import { CONSENT } from './raw-client.ts'
import { startUpstream } from './scripted-upstream.ts'

/** The host of an upstream's web UI. */
export const UI = 'music.example.org'
export const HOME = new URL(ISSUER).host

/** What reached the upstream. */
export interface Seen {
  method: string
  path: string
  rawHeaders: string[]
}

export interface TwoHosts {
  house: TestHouse
  seen: Seen[]
  /** The last value of a header that reached the upstream. */
  last: (name: string) => string | undefined
}

/** A gateway whose upstream has its web UI on a host of its own, for who has signed in, and an API at home for both. */
export async function startTwoHosts(t: ExecutionContext): Promise<TwoHosts> {
  const seen: Seen[] = []
  const upstream = await startUpstream(t, ({ method = '', url: path = '', rawHeaders }, response) => {
    seen.push({ method, path, rawHeaders })
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Music</h1>')
  })
  upstream.server.on('upgrade', ({ method = '', url: path = '', rawHeaders }, socket) => {
    seen.push({ method, path, rawHeaders })
    socket.on('error', () => {})
    socket.write(CONSENT)
  })
  const house = await startTestHouse(t, (config) => {
    const { url } = upstream
    Object.assign(config.upstreams, { ui: { url }, owned: { url, token: { file: 'data/music-assistant.token' } } })
    config.routes.push(
      ...([
        { host: UI, path: '/*', upstream: 'ui', auth: 'session', pass_authorization: true, sandbox: false },
        { host: UI, path: '/ws', upstream: 'ui', auth: 'session', websocket: true, pass_authorization: true },
        { host: UI, path: '/owned', upstream: 'owned', auth: 'session' },
        { host: UI, path: '/either', upstream: 'ui', auth: 'bearer-or-session', pass_authorization: true },
        { path: '/page', upstream: 'ui', auth: 'session' },
      ] as never[]),
    )
  })
  const last = (name: string) => {
    const raw = seen.at(-1)?.rawHeaders ?? []
    return raw.find((_, i) => i % 2 === 1 && raw[i - 1]?.toLowerCase() === name)
  }
  return { house, seen, last }
}

/** One browser at both hosts: each keeps the cookies of its own. */
export interface TwoHostBrowser {
  home: Browser
  ui: Browser
}

export function openTwoHostBrowser(house: TestHouse, headers: Record<string, string> = {}): TwoHostBrowser {
  return { home: new Browser(house, { ...headers, host: HOME }), ui: new Browser(house, { ...headers, host: UI }) }
}

/** The path and query of an address that the browser is sent to. */
export function pathOf(location: string): string {
  const { pathname, search } = new URL(location)
  return `${pathname}${search}`
}

/** Opens a page of the UI, signs in where that is asked for, and arrives. @returns what the ticket was answered. */
export async function signInTo({ home, ui }: TwoHostBrowser, path: string): Promise<Page> {
  const sent = await ui.open(path)
  const asked = await home.open(pathOf(sent.location))
  const ticket = asked.status === 303 ? asked : await home.submit(asked, { username: ADA.name, password: ADA.password })
  return ui.open(pathOf(ticket.location))
}
