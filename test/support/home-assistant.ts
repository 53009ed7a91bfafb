import { createHash, createHmac, randomBytes } from 'node:crypto'
import { Browser } from './browser.ts'
import { ADA, type TestHouse } from './gateway.ts'
import { noteIssued } from './issued-secrets.ts'
import { exchangeRaw, type RawAnswer } from './raw-client.ts'

// What Home Assistant's `mcp` integration sends, in its order and its spelling, and what it makes of the answers. Read in
// home-assistant/core, homeassistant/components/mcp/ (config_flow.py, auth.py, registration.py, application_credentials.py,
// coordinator.py), homeassistant/helpers/config_entry_oauth2_flow.py and tests/components/mcp/test_config_flow.py; the
// messages are those of modelcontextprotocol/python-sdk, src/mcp/client/streamable_http.py.

export const REDIRECT_URI = 'https://my.home-assistant.io/redirect/oauth'

/** Credentials that somebody has typed in, or that were registered. */
export interface Credentials {
  id: string
  /** Empty for a client that has registered itself. */
  secret: string
  /** Credentials that were typed in come without it, up to the releases of 2026 at least. */
  pkce: boolean
}

interface Token {
  access_token: string
  refresh_token: string
  expires_in: number
  /** Seconds since 1970. */
  expires_at: number
}

/** What is kept of a server that was added. */
interface Entry {
  authorizationUrl: string
  tokenUrl: string
  scopes: string[] | undefined
  registrationUrl: string | undefined
  authMethods: string[]
}

type Json = Record<string, unknown>

/** An error by the name that Home Assistant's config flow aborts with. */
export class FlowAborted extends Error {}

export class HomeAssistant {
  readonly url: string
  readonly #house: TestHouse
  readonly #browser: Browser
  #entry!: Entry
  #credentials!: Credentials
  #token: Token | undefined
  /** Each request that was sent, as `GET https://...`, in order. */
  readonly sent: string[] = []

  /** @param url what somebody typed in as the server's address. */
  constructor(house: TestHouse, url: string) {
    this.#house = house
    this.#browser = new Browser(house)
    this.url = url
  }

  /** From nothing but the address to an entry. @param credentials none are needed where clients may register. */
  async add(credentials?: Credentials, initialToken?: string): Promise<void> {
    const refused = await this.#post('initialize', INITIALIZE)
    if (refused.status !== 401) throw new FlowAborted('cannot_connect')
    this.#entry = await this.#discover(refused.header('www-authenticate')[0] ?? '')
    const registers = this.#entry.registrationUrl !== undefined
    this.#credentials = registers ? await this.#register(initialToken) : (credentials as Credentials)
    await this.authorize()
    await this.call('tools/list', {})
  }

  /** That of its entry. */
  get refreshToken(): string {
    return this.#token?.refresh_token ?? ''
  }

  /** What is asked where the streamable transport was refused: the older one, by GET. */
  async askByEvents(): Promise<RawAnswer> {
    return this.#send('GET', this.url, [`User-Agent: ${HTTPX}`, 'accept: text/event-stream', 'cache-control: no-store'])
  }

  async #discover(authenticate: string): Promise<Entry> {
    const named = /resource_metadata="([^"]+)"/.exec(authenticate)?.[1]
    const headerScopes = /scope="([^"]+)"/.exec(authenticate)?.[1]?.split(' ')
    if (named === undefined) throw new FlowAborted('no resource_metadata')
    const { origin, pathname } = new URL(this.url)
    const inserted = `${origin}/.well-known/oauth-protected-resource`
    let resource: Json | undefined
    for (const url of new Set([named, `${inserted}${pathname}`, inserted])) {
      const document = await this.#read(url)
      // Whatever isn't letter by letter what was typed in is passed over.
      if (document?.resource === this.url && (document.authorization_servers as string[])[0]) resource = document
      if (resource) break
    }
    if (!resource) throw new FlowAborted('OAuth resource metadata is invalid')
    const [issuer = ''] = resource.authorization_servers as string[]
    const [server] = await Promise.all(
      ['oauth-authorization-server', 'openid-configuration'].map((name) => this.#read(`${issuer}/.well-known/${name}`)),
    )
    if (!server) throw new FlowAborted('Authorization Server Metadata not found')
    return {
      authorizationUrl: String(server.authorization_endpoint),
      tokenUrl: String(server.token_endpoint),
      scopes: headerScopes ?? (resource.scopes_supported as string[]) ?? server.scopes_supported,
      registrationUrl: server.registration_endpoint as string | undefined,
      authMethods: server.token_endpoint_auth_methods_supported as string[],
    }
  }

  /** As of the release that registers: it does so wherever it may, and gives up where it is refused. */
  async #register(initialToken: string | undefined): Promise<Credentials> {
    const { registrationUrl = '', authMethods, scopes } = this.#entry
    const method = ['none', 'client_secret_post', 'client_secret_basic'].find((one) => authMethods.includes(one))
    const body = JSON.stringify({
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: method,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: scopes?.join(' '),
      client_name: 'Home Assistant',
      application_type: 'web',
    })
    const headers = ['Accept: application/json', 'Content-Type: application/json', `User-Agent: ${HTTPX_ALONE}`]
    if (initialToken !== undefined) headers.push(`Authorization: Bearer ${initialToken}`)
    const answer = await this.#send('POST', registrationUrl, headers, body)
    if (answer.status !== 201 && answer.status !== 200) throw new FlowAborted('oauth_registration_failed')
    const client = JSON.parse(answer.body)
    if (!client.redirect_uris.includes(REDIRECT_URI)) throw new FlowAborted('oauth_registration_failed')
    const granted = new Set(client.scope?.split(' '))
    if (client.scope && !scopes?.every((scope) => granted.has(scope)))
      throw new FlowAborted('oauth_registration_failed')
    return { id: client.client_id, secret: client.client_secret ?? '', pkce: true }
  }

  /** Sends somebody's browser to approve; also later, where the server wants somebody to sign in again. */
  async authorize(): Promise<void> {
    const { authorizationUrl, scopes } = this.#entry
    const { id, pkce } = this.#credentials
    const state = stateOf(randomBytes(16).toString('hex').toUpperCase())
    const verifier = randomBytes(96).toString('base64url').slice(0, 128)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    // yarl leaves the redirect URI as it is, and writes spaces as pluses.
    const query = [
      `response_type=code&client_id=${id}&redirect_uri=${REDIRECT_URI}&state=${state}`,
      ...(pkce ? [`code_challenge=${challenge}&code_challenge_method=S256`] : []),
      'access_type=offline&prompt=consent',
      ...(scopes ? [`scope=${scopes.join('+')}`] : []),
    ].join('&')
    const page = await this.#browser.open(`${new URL(authorizationUrl).pathname}?${query}`)
    const { location } = await this.#browser.submit(page, { username: ADA.name, password: ADA.password })
    const back = new URL(location || 'https://nowhere.example')
    if (`${back.origin}${back.pathname}` !== REDIRECT_URI) throw new FlowAborted(`${page.status}: ${page.text}`)
    if (back.searchParams.get('state') !== state) throw new FlowAborted('Invalid state')
    const code = back.searchParams.get('code') ?? ''
    await this.#requestToken([
      ['grant_type', 'authorization_code'],
      ['code', code],
      ['redirect_uri', REDIRECT_URI],
      ...(pkce ? [['code_verifier', verifier] as [string, string]] : []),
      ['client_id', id],
    ])
  }

  async #requestToken(form: [string, string][]): Promise<void> {
    const { secret } = this.#credentials
    const fields = [...form, ...(secret ? [['client_secret', secret] as [string, string]] : [])]
    const headers = [
      ...[`User-Agent: ${AIOHTTP}`, 'Accept: */*', 'Accept-Encoding: gzip, deflate, br'],
      'Content-Type: application/x-www-form-urlencoded',
    ]
    const answer = await this.#send('POST', this.#entry.tokenUrl, headers, new URLSearchParams(fields).toString())
    if (answer.status >= 400) throw new FlowAborted(answer.status === 401 ? 'oauth_unauthorized' : 'oauth_failed')
    const token = JSON.parse(answer.body)
    noteIssued(token.access_token)
    noteIssued(token.refresh_token)
    if (!Number.isInteger(token.expires_in)) throw new FlowAborted('oauth_error')
    this.#token = { ...this.#token, ...token, expires_at: this.#house.now() / 1000 + token.expires_in }
  }

  /** A tool call, or a look at the tools: each in a session of its own, with a token that is good for 20 s more. */
  async call(method: string, params: Json): Promise<Json> {
    const token = this.#token as Token
    if (token.expires_at <= this.#house.now() / 1000 + 20) {
      await this.#requestToken([
        ['grant_type', 'refresh_token'],
        ['client_id', this.#credentials.id],
        ['refresh_token', token.refresh_token],
      ])
    }
    const begun = await this.#post('initialize', INITIALIZE, 0)
    if (begun.status !== 200) throw new FlowAborted(`initialize: ${begun.status}`)
    const session = [`mcp-session-id: ${begun.header('mcp-session-id')[0]}`, `mcp-protocol-version: ${PROTOCOL}`]
    await this.#post('notifications/initialized', undefined, undefined, session)
    const answer = await this.#post(method, params, 1, session)
    await this.#send('DELETE', this.url, [...this.#headers(), ...session])
    if (answer.status !== 200) throw new FlowAborted(`${method}: ${answer.status}`)
    return JSON.parse(/^data: (.*)$/m.exec(answer.body)?.[1] ?? answer.body).result
  }

  #post(method: string, params: Json | undefined, id?: number, session: string[] = []): Promise<RawAnswer> {
    const body = JSON.stringify({ method, params, jsonrpc: '2.0', id: method === 'initialize' ? 0 : id })
    return this.#send('POST', this.url, [...this.#headers(), ...session], body)
  }

  #headers(): string[] {
    return [
      ...['Accept-Encoding: gzip, deflate', 'Connection: keep-alive', `User-Agent: ${HTTPX}`],
      ...(this.#token ? [`Authorization: Bearer ${this.#token.access_token}`] : []),
      ...['accept: application/json, text/event-stream', 'content-type: application/json'],
    ]
  }

  /** @returns undefined for a 404. */
  async #read(url: string): Promise<Json | undefined> {
    const headers = ['Accept: */*', 'Accept-Encoding: gzip, deflate', 'Connection: keep-alive']
    const { status, body } = await this.#send('GET', url, [...headers, `User-Agent: ${HTTPX_ALONE}`])
    if (status === 404) return undefined
    if (status !== 200) throw new FlowAborted('cannot_connect')
    return JSON.parse(body)
  }

  #send(method: string, url: string, headers: string[], body?: string): Promise<RawAnswer> {
    this.sent.push(`${method} ${url}`)
    const { host, pathname } = new URL(url)
    const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
    const lines = [`${method} ${pathname} HTTP/1.1`, `Host: ${host}`, ...headers, ...length, '', body ?? '']
    return exchangeRaw(this.#house, lines.join('\r\n'))
  }
}

const PROTOCOL = '2025-11-25'
const INITIALIZE = { protocolVersion: PROTOCOL, capabilities: {}, clientInfo: { name: 'mcp', version: '0.1.0' } }
const HTTPX = 'HomeAssistant/2026.11.0 httpx/0.28.1 Python/3.14'
const HTTPX_ALONE = 'python-httpx/0.28.1'
const AIOHTTP = 'HomeAssistant/2026.11.0 aiohttp/3.13.2 Python/3.14'

/** A JWT, as it makes one of the flow and its redirect URI. */
function stateOf(flow: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ flow_id: flow, redirect_uri: REDIRECT_URI })}`
  return `${signed}.${createHmac('sha256', randomBytes(32)).update(signed).digest('base64url')}`
}
