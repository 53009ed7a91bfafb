import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { HouseOptions } from '../../src/app/open-house.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { startTestHouse, type TestConfig, type TestHouse } from '../support/gateway.ts'

/** A secret with all that libraries encode differently. @see RFC 6749 appendix A.2 */
export const SECRET = 'Two words, 100%25 + a:b/c?d=e&f~"\\\''

export const SCOPES = ['music.read', 'music.control', 'user:read']

/** Where the clients want their users sent back to. Nobody listens there: the test carries it to the client. */
export const CALLBACKS = {
  basic: 'https://app.example/callback',
  post: 'https://app.example/callback',
  native: 'http://127.0.0.1:49152/callback',
} as const

/** Clients by how they prove who they are; each has one way only. */
export type ClientId = keyof typeof CALLBACKS

/** A gateway whose public URL is where it listens, for clients that compare the two. */
export interface InteropHouse extends TestHouse {
  issuer: string
  /** Of the CA that made the gateway's certificate. */
  caFile: string
}

const TRIES = 5

/** @param change what a test wants of the configuration besides. @param more what it wants of the house. */
export async function startInteropHouse(
  t: ExecutionContext,
  change: (config: TestConfig) => void = () => {},
  more: HouseOptions = {},
): Promise<InteropHouse> {
  for (let tried = 1; ; tried++) {
    const port = await freePort()
    try {
      const configured = (config: TestConfig) => {
        configure(config, port)
        change(config)
      }
      const house = await startTestHouse(t, configured, more)
      return { ...house, issuer: `https://localhost:${port}`, caFile: join(house.folder, 'certs', 'local-ca.pem') }
    } catch (error) {
      const somebodyWasFaster = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!somebodyWasFaster || tried === TRIES) throw error
    }
  }
}

function configure(config: TestConfig, port: number): void {
  config.public_url = `https://localhost:${port}`
  config.listen.https = `127.0.0.1:${port}`
  const secret = { hash: hashSecret(SECRET) }
  const clients: object[] = config.oauth.clients
  clients.push(
    {
      id: 'basic',
      name: 'Client with HTTP Basic',
      secret,
      redirect_uris: [CALLBACKS.basic],
      scopes: SCOPES,
      auth_methods: ['client_secret_basic'],
    },
    {
      id: 'post',
      name: 'Client with credentials in the body',
      secret,
      redirect_uris: [CALLBACKS.post],
      scopes: SCOPES,
      auth_methods: ['client_secret_post'],
    },
    {
      id: 'native',
      name: 'App without a secret',
      public: true,
      redirect_uris: ['http://127.0.0.1/callback'],
      scopes: SCOPES,
    },
    {
      id: 'kitchen',
      name: 'Kitchen speaker',
      public: true,
      grant_types: ['device_code', 'refresh_token'],
      scopes: ['music.control'],
    },
    {
      id: 'television',
      name: 'Television',
      secret,
      grant_types: ['device_code', 'refresh_token'],
      scopes: ['music.control'],
    },
    { id: 'music-api', name: 'Music API', secret, resource_server: true },
  )
}

/** A port that nobody listens on; not for long, perhaps. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
