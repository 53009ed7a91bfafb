import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import type { ExecutionContext } from 'ava'
import { runCommand } from '../../src/cli/commands.ts'
import type { CommandOptions, World } from '../../src/cli/world.ts'
import { startTestHouse, type TestConfig, type TestHouse } from './gateway.ts'
import { startUpstream } from './scripted-upstream.ts'

/** The host whose routes are for devices with certificates. */
export const PRIVATE = 'private.example.org'

export interface DeviceHouse extends TestHouse {
  /** The headers of what reached the upstream, one request each. */
  seen: IncomingHttpHeaders[]
  /** Types a command. @returns what it prints. */
  type: (words: string, options?: CommandOptions) => Promise<string[]>
  /** Makes a certificate by the command. */
  makeDevice: (name: string, user?: string) => Promise<DeviceFile>
}

/** What a device has, as TLS takes it. */
export type DeviceFile = Pick<ConnectionOptions, 'pfx' | 'passphrase' | 'cert' | 'key'>

export async function startDeviceHouse(
  t: ExecutionContext,
  change: (config: TestConfig) => void = () => {},
): Promise<DeviceHouse> {
  const seen: IncomingHttpHeaders[] = []
  const upstream = await startUpstream(t, ({ headers }, response) => {
    seen.push(headers)
    response.end('music')
  })
  const house = await startTestHouse(t, (config) => {
    Object.assign(config.upstreams, { ui: { url: upstream.url } })
    config.routes.push(
      ...([
        { host: PRIVATE, path: '/*', upstream: 'ui', auth: 'mtls' },
        { host: PRIVATE, path: '/open', upstream: 'ui', auth: 'none' },
        { path: '/home', upstream: 'ui', auth: 'none' },
      ] as never[]),
    )
    change(config)
  })

  async function type(words: string, options: CommandOptions = {}): Promise<string[]> {
    const lines: string[] = []
    const world: World = {
      ...{ now: house.now, randomBytes: house.randomBytes, configFile: house.configFile, variables: {} },
      print: (line) => lines.push(line),
      askPassword: () => Promise.reject(new Error('nobody is asked')),
      untilStopped: () => Promise.resolve(),
      onHangup: () => {},
    }
    t.is(await runCommand(world, options, words.split(' ')), 0)
    return lines
  }

  async function makeDevice(name: string, user = 'ada'): Promise<DeviceFile> {
    const file = join(house.folder, `${name}.p12`)
    const lines = await type(`cert device ${name} ${file}`, { user })
    const passphrase = /never shown again: +(\S+)$/m.exec(lines.join('\n'))?.[1]
    return { pfx: readFileSync(file), ...(passphrase && { passphrase }) }
  }

  return { ...house, seen, type, makeDevice }
}

export interface DeviceAsks {
  device?: DeviceFile
  /** By SNI. */
  servername?: string
  host?: string
  path?: string
  method?: string
  headers?: Record<string, string>
  body?: string
  tls?: ConnectionOptions
}

export interface DeviceAnswer {
  status: number | undefined
  headers: IncomingHttpHeaders
  body: string
}

/** Sends a request over a connection of its own. */
export async function askAs(
  { port, ca }: Pick<TestHouse, 'port' | 'ca'>,
  {
    device = {},
    servername = PRIVATE,
    host = PRIVATE,
    path = '/',
    method = 'GET',
    headers,
    body = '',
    tls,
  }: DeviceAsks = {},
): Promise<DeviceAnswer> {
  const answered = Promise.withResolvers<DeviceAnswer>()
  const options = {
    port,
    ca,
    servername,
    path,
    method,
    agent: false,
    ...device,
    ...tls,
    headers: { host, 'content-length': body.length, ...headers },
  }
  const sent = request({ host: '127.0.0.1', ...options }, async (response) => {
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += chunk
    answered.resolve({ status: response.statusCode, headers: response.headers, body: text })
  })
  sent.on('error', answered.reject)
  sent.end(body)
  return answered.promise
}
