// A web application that signs its users in with passport-oauth2: node passport-app.ts SETTINGS, which are JSON. It is a
// process of its own because passport has no option for a CA, but Node has NODE_EXTRA_CA_CERTS.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { Passport } from 'passport'
import { type Options, Strategy } from 'passport-oauth2'

export interface Settings extends Options {
  userinfoURL: string
}

const settings: Settings = JSON.parse(process.argv[2]!)

class HomeStrategy extends Strategy {
  constructor() {
    super(settings, (accessToken, refreshToken, { scope }, profile, verified) => {
      verified(null, { tokens: { access: accessToken, refresh: refreshToken, scope }, profile })
    })
    // Else it would send the access token in the query.
    this._oauth2.useAuthorizationHeaderforGET(true)
  }

  override userProfile(accessToken: string, done: (error: unknown, profile?: object) => void): void {
    this._oauth2.get(settings.userinfoURL, accessToken, (error, body) => done(error, JSON.parse(body ?? 'null')))
  }

  refresh(token: string): Promise<object> {
    return new Promise((resolve, reject) => {
      this._oauth2.getOAuthAccessToken(token, { grant_type: 'refresh_token' }, (error, access, refresh, answer) => {
        if (error) reject(error)
        else resolve({ tokens: { access, refresh, scope: answer?.scope } })
      })
    })
  }
}

const strategy = new HomeStrategy()
const passport = new Passport()
passport.use(strategy)
const sessions = new Map<string, object>()

/** What passport expects of a framework: the query, and a session that a cookie names. */
function prepare(request: IncomingMessage): string {
  const id = /session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? randomUUID()
  const session = sessions.get(id) ?? {}
  sessions.set(id, session)
  Object.assign(request, { query: Object.fromEntries(urlOf(request).searchParams), session })
  return id
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  return new URL(url, 'http://localhost')
}

const server = createServer((request, response) => {
  const answer = (status: number, value: object) => response.writeHead(status).end(JSON.stringify(value))
  const fail = (error: unknown) => answer(500, { error: inspect(error, { depth: 8 }) })
  const { pathname, searchParams } = urlOf(request)
  if (pathname === '/refresh') {
    strategy.refresh(String(searchParams.get('token'))).then((tokens) => answer(200, tokens), fail)
    return
  }
  response.setHeader('Set-Cookie', `session=${prepare(request)}`)
  const signIn = passport.authenticate('oauth2', { session: false }, (error, user, info) => {
    if (error || !user) fail(error ?? info)
    else answer(200, user)
  })
  signIn(request, response, fail)
})

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
