import { createHash, randomBytes } from 'node:crypto'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'

/** What a connector is, before it knows of any server. */
export interface ConnectorIdentity {
  name: string
  /** Where its document is, if it has one. */
  documentUrl?: string
  redirectUri: string
  /** Client ids that somebody has typed in for it, by the issuers of their servers. */
  registered?: Record<string, string>
}

/** Opens an authorization request in the browser of a person who approves. @returns where that was sent back to. */
export type HaveApproved = (url: URL) => Promise<URL>

interface Server {
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  registration_endpoint?: string
  client_id_metadata_document_supported?: boolean
  token_endpoint_auth_methods_supported: string[]
  code_challenge_methods_supported: string[]
  authorization_response_iss_parameter_supported?: boolean
}

interface Found {
  /** Of RFC 8707. */
  resource: string
  server: Server
  clientId: string
}

interface Tokens {
  access: string
  refresh?: string
  scopes: string[]
}

const PROTOCOL = '2025-06-18'

/**
 * An MCP connector as the large ones are built, from nothing but the address of an MCP server: it finds the resource and its
 * authorization server (RFC 9728, RFC 8414), is a client there that somebody typed in, or else by its document, or else by
 * registering; has a person approve (PKCE, RFC 8707, RFC 9207); refreshes when its token is over; asks for more where it is
 * told that it lacks a scope; and begins anew where nothing else helps. What doesn't agree with the standards it takes for
 * an attack, and gives up.
 */
export class McpConnector {
  /** What it did, in a few words each. */
  readonly done: string[] = []
  readonly #identity: ConnectorIdentity
  readonly #address: string
  readonly #fetch: FetchLike
  readonly #haveApproved: HaveApproved
  #found: Found | undefined
  #tokens: Tokens | undefined
  #session: string | undefined
  #calls = 0

  constructor(address: string, identity: ConnectorIdentity, fetch: FetchLike, haveApproved: HaveApproved) {
    this.#address = address
    this.#identity = identity
    this.#fetch = fetch
    this.#haveApproved = haveApproved
  }

  get clientId(): string | undefined {
    return this.#found?.clientId
  }

  get scopes(): string[] {
    return this.#tokens?.scopes ?? []
  }

  async connect(): Promise<void> {
    this.#session = undefined
    const clientInfo = { name: this.#identity.name, version: '1' }
    await this.#request('initialize', { protocolVersion: PROTOCOL, capabilities: {}, clientInfo })
    await this.#request('notifications/initialized', undefined)
  }

  /** @returns the text of what the tool says. */
  async callTool(name: string): Promise<unknown> {
    const result = (await this.#request('tools/call', { name, arguments: {} })) as { content: { text: string }[] }
    return result.content[0]?.text
  }

  async #request(method: string, params: object | undefined): Promise<unknown> {
    let refreshed = false
    for (let tries = 0; tries < 5; tries++) {
      const response = await this.#post(method, params)
      const challenge = readChallenge(response.headers.get('www-authenticate') ?? '')
      if (response.status === 401) {
        await response.body?.cancel()
        if (this.#tokens?.refresh !== undefined && !refreshed) refreshed = await this.#refresh()
        else await this.#authorize(challenge, challenge.scope?.split(' '))
        continue
      }
      if (response.status === 403 && challenge.error === 'insufficient_scope') {
        await response.body?.cancel()
        const union = new Set([...this.scopes, ...(challenge.scope ?? '').split(' ')])
        this.done.push(`step up to ${[...union].join(' ')}`)
        await this.#authorize(challenge, [...union])
        continue
      }
      if (!response.ok) throw new Error(`${method} was answered ${response.status}: ${await response.text()}`)
      this.#session = response.headers.get('mcp-session-id') ?? this.#session
      return readResult(await response.text())
    }
    throw new Error(`${method}: it goes on for ever`)
  }

  #post(method: string, params: object | undefined): Promise<Response> {
    const id = method.startsWith('notifications/') ? undefined : ++this.#calls
    return this.#fetch(this.#address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': PROTOCOL,
        ...(this.#session !== undefined && { 'mcp-session-id': this.#session }),
        ...(this.#tokens && { authorization: `Bearer ${this.#tokens.access}` }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
    })
  }

  async #authorize(challenge: Challenge, scopes: string[] | undefined): Promise<void> {
    this.#tokens = undefined
    const { resource, server, clientId, supported } = await this.#discover(challenge)
    const { redirectUri } = this.#identity
    const verifier = randomBytes(48).toString('base64url')
    const state = randomBytes(16).toString('base64url')
    const scope = (scopes ?? supported)?.join(' ')
    const url = new URL(server.authorization_endpoint)
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      state,
      resource,
      ...(scope && { scope }),
    }).toString()
    this.done.push(`ask for ${scope}`)
    const back = await this.#haveApproved(url)
    const answer = back.searchParams
    if (answer.get('state') !== state) throw new Error('another state came back')
    if (answer.get('iss') !== server.issuer) throw new Error('it came back from another server')
    const code = answer.get('code')
    if (code === null) throw new Error(`not approved: ${answer.get('error')}, ${answer.get('error_description')}`)
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
    const { status, json } = await this.#token({ ...form, client_id: clientId, resource })
    if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(json)}`)
    this.#keep(json)
  }

  /** @returns whether that helped; else it begins anew. */
  async #refresh(): Promise<true> {
    const { clientId, resource } = this.#found as Found
    const form = { grant_type: 'refresh_token', refresh_token: this.#tokens?.refresh ?? '' }
    const { status, json } = await this.#token({ ...form, client_id: clientId, resource })
    this.done.push(status === 200 ? 'refresh' : `refresh fails: ${json.error}`)
    if (status === 200) this.#keep(json)
    else this.#tokens = undefined
    return true
  }

  async #token(form: Record<string, string>): Promise<{ status: number; json: Record<string, string> }> {
    const response = await this.#fetch((this.#found as Found).server.token_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
    })
    return { status: response.status, json: (await response.json()) as Record<string, string> }
  }

  #keep({ access_token = '', refresh_token, scope = '' }: Record<string, string>): void {
    this.#tokens = { access: access_token, refresh: refresh_token, scopes: scope.split(' ') }
  }

  async #discover({ resource_metadata }: Challenge): Promise<Found & { supported?: string[] }> {
    const about = await this.#json<{ resource: string; authorization_servers: string[]; scopes_supported?: string[] }>(
      resource_metadata ?? '',
    )
    // @see RFC 9728 section 3.3
    if (about.resource !== this.#address) throw new Error(`the metadata are of ${about.resource}`)
    const issuer = new URL(about.authorization_servers[0] ?? '')
    const path = issuer.pathname.replace(/\/$/, '')
    const server = await this.#json<Server>(`${issuer.origin}/.well-known/oauth-authorization-server${path}`)
    // @see RFC 8414 section 3.3
    if (server.issuer !== about.authorization_servers[0]) throw new Error(`the metadata are of ${server.issuer}`)
    if (!server.code_challenge_methods_supported.includes('S256')) throw new Error('no PKCE')
    const clientId = await this.#becomeClient(server)
    this.#found = { resource: about.resource, server, clientId }
    return { ...this.#found, supported: about.scopes_supported }
  }

  /** In the order of the MCP specification. */
  async #becomeClient(server: Server): Promise<string> {
    const { name, registered = {}, documentUrl, redirectUri } = this.#identity
    const typed = registered[server.issuer] ?? this.clientId
    if (typed !== undefined) return typed
    const mayBeRead = server.client_id_metadata_document_supported === true
    const withoutSecret = server.token_endpoint_auth_methods_supported.includes('none')
    if (documentUrl !== undefined && mayBeRead && withoutSecret) return documentUrl
    if (server.registration_endpoint === undefined) throw new Error('nobody lets it be a client')
    const response = await this.#fetch(server.registration_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: name,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      }),
    })
    const { client_id, error } = (await response.json()) as { client_id?: string; error?: string }
    if (client_id === undefined) throw new Error(`not registered: ${error}`)
    this.done.push('register')
    return client_id
  }

  async #json<T>(url: string): Promise<T> {
    const response = await this.#fetch(url, { headers: { accept: 'application/json' } })
    if (!response.ok) throw new Error(`${url} was answered ${response.status}`)
    return (await response.json()) as T
  }
}

interface Challenge {
  error?: string
  scope?: string
  resource_metadata?: string
}

function readChallenge(header: string): Challenge {
  if (!/^Bearer /i.test(header)) return {}
  return Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
}

/** Of JSON-RPC, alone or as the one event of a stream. */
function readResult(text: string): unknown {
  if (text === '') return undefined
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? text
  return (JSON.parse(data) as { result: unknown }).result
}
