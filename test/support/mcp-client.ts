import { type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import type { FetchLike, Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { ExecutionContext } from 'ava'
import { Agent, buildConnector, install } from 'undici'
import { Browser, type Page } from './browser.ts'
import { ADA, ISSUER, type TestHouse } from './gateway.ts'

// Node's own fetch takes no agent of a newer undici, and the SDK looks for the global `Response`.
install()

export const CALLBACK = 'http://127.0.0.1:4711/callback'

/** The world as the client sees it: the public URL leads to the house, whose certificate is trusted. Nothing else is. */
export function fetchFromOutside({ port, ca }: Pick<TestHouse, 'port' | 'ca'>): FetchLike {
  const connect = buildConnector({ ca })
  const dispatcher = new Agent({
    connect: (options, callback) => {
      if (options.host !== new URL(ISSUER).host) return callback(new Error(`${options.host} is not here`), null)
      connect({ ...options, hostname: '127.0.0.1', port: String(port), servername: options.hostname }, callback)
    },
  })
  return (url, init) => fetch(url, { ...init, dispatcher } as RequestInit)
}

/** What an app on somebody's computer remembers, as the SDK asks for it. */
export class AppMemory implements OAuthClientProvider {
  readonly redirectUrl = CALLBACK
  readonly clientMetadata = {
    client_name: 'Chat app',
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
  }
  readonly clientMetadataUrl?: string
  client: OAuthClientInformationMixed | undefined
  saved: OAuthTokens | undefined
  verifier = ''
  /** Where it has sent the browser to. */
  asked: URL | undefined

  /** @param clientMetadataUrl where the app has published what it is, if it has. */
  constructor(client?: OAuthClientInformationMixed, clientMetadataUrl?: string) {
    this.client = client
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl
  }

  /** Where what it had is good no more. */
  invalidateCredentials(what: string) {
    if (what === 'tokens' || what === 'all') this.saved = undefined
    if (what === 'client' || what === 'all') this.client = undefined
  }

  state() {
    return 'of the app'
  }

  clientInformation() {
    return this.client
  }

  saveClientInformation(client: OAuthClientInformationMixed) {
    this.client = client
  }

  tokens() {
    return this.saved
  }

  saveTokens(tokens: OAuthTokens) {
    this.saved = tokens
  }

  redirectToAuthorization(url: URL) {
    this.asked = url
  }

  saveCodeVerifier(verifier: string) {
    this.verifier = verifier
  }

  codeVerifier() {
    return this.verifier
  }
}

/** An app that talks to the MCP server at home, all by the SDK's own means. @param open the way that it takes. */
export function openApp(
  t: ExecutionContext,
  house: TestHouse,
  memory: AppMemory,
  fetch: FetchLike,
  open: () => Transport & { finishAuth: (code: string) => Promise<void> } = () =>
    new StreamableHTTPClientTransport(new URL(`${ISSUER}/mcp`), { authProvider: memory, fetch }),
) {
  const app = new Client({ name: 'app', version: '1.0.0' })
  t.teardown(() => app.close())

  /** Connects, and where that needs somebody's consent, has it given in a browser. @returns the page that asks for it. */
  async function connect(): Promise<Page | undefined> {
    const transport = open()
    try {
      await app.connect(transport)
      return undefined
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error
    }
    const browser = new Browser(house)
    const page = await browser.open(memory.asked!.pathname + memory.asked!.search)
    const { location } = await browser.submit(page, { username: ADA.name, password: ADA.password })
    await transport.finishAuth(new URL(location).searchParams.get('code')!)
    // By the old transport it would still take itself to be connected.
    await app.close()
    await app.connect(open())
    return page
  }

  async function whoAmI(): Promise<unknown> {
    const { content } = await app.callTool({ name: 'who_am_i' })
    return (content as { text: string }[])[0]?.text
  }

  return { app, connect, whoAmI }
}
