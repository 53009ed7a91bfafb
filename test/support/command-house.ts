import type { ExecutionContext } from 'ava'
import type { RecordedRequest } from '../../demo/stand-in-music-assistant.ts'
import type { HouseOptions } from '../../src/app/open-house.ts'
import { startTestHouse, type TestConfig, type TestHouse } from './gateway.ts'
import { exchangeRaw, type RawAnswer, rawRequest } from './raw-client.ts'
import { issueToken } from './tokens.ts'

/** What a test may say about commands. */
export interface CommandsOfTest {
  allow?: Record<string, string>
  refuse?: string[]
  library_write?: boolean
  urls?: boolean
}

/**
 * A house whose Music Assistant is said to be one, behind `/api` and, for linked clients, all else. The gateway signs in
 * there as an admin, the worst case.
 */
export function startCommandHouse(
  t: ExecutionContext,
  commands?: CommandsOfTest,
  change: (config: TestConfig) => void = () => {},
  more: HouseOptions = {},
): Promise<TestHouse> {
  const configure = (config: TestConfig) => {
    Object.assign(config.upstreams['music-assistant'], { kind: 'music-assistant', ...(commands && { commands }) })
    Object.assign(config.upstreams['music-assistant-open'], { kind: 'music-assistant' })
    config.routes = config.routes.filter(({ path }) => path !== '/api' && path !== '/any/*')
    // No stranger's WebSocket leads to a Music Assistant.
    for (const route of config.routes) if (route.path === '/open/*') delete route.websocket
    config.routes.push(
      { path: '/api', methods: ['POST'], upstream: 'music-assistant', auth: 'bearer' },
      { path: '/*', upstream: 'music-assistant', auth: 'bearer' },
    )
    change(config)
  }
  return startTestHouse(t, configure, more)
}

export interface Calls {
  /** Posts a body, as it is, to `/api`. */
  post: (body: string | Buffer, path?: string) => Promise<RawAnswer>
  call: (command: string, args?: object) => Promise<RawAnswer>
}

/** Calls as a linked client with these scopes. */
export async function callsAs(house: TestHouse, scopes: string[] = ['music.read', 'music.control']): Promise<Calls> {
  const token = await issueToken(house, scopes)
  const post: Calls['post'] = (body, path = '/api') => {
    const bytes = Buffer.from(body)
    const lines = [`Authorization: Bearer ${token}`, `Content-Length: ${bytes.length}`]
    return exchangeRaw(house, rawRequest(`POST ${path}`, lines) + bytes.toString('latin1'))
  }
  return { post, call: (command, args) => post(JSON.stringify({ command, args })) }
}

/** What was passed on to Music Assistant. The gateway asks it things of its own, too. */
export function passedOn({ music }: TestHouse): RecordedRequest[] {
  return music.requests.filter((request) => request.header('x-forwarded-for').length > 0)
}
