/** As much of the packages without types of their own as the tests use. */

declare module 'simple-oauth2' {
  interface Options {
    client: { id: string; secret: string }
    auth: { tokenHost: string; tokenPath: string; revokePath: string; authorizePath: string }
    options: { authorizationMethod: 'header' | 'body'; credentialsEncodingMode?: 'strict' | 'loose' }
    http: { agent: object }
  }
  interface AccessToken {
    token: { access_token: string; refresh_token: string; scope: string; expires_at: Date }
    expired(seconds?: number): boolean
    refresh(): Promise<AccessToken>
    revoke(type: 'access_token' | 'refresh_token'): Promise<unknown>
    revokeAll(): Promise<void>
  }
  export class AuthorizationCode {
    constructor(options: Options)
    authorizeURL(parameters: object): string
    getToken(parameters: object): Promise<AccessToken>
    createToken(token: object): AccessToken
  }
}

declare module 'passport' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  type Done = (error: unknown, user?: object | false, info?: unknown) => void
  type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void
  export class Passport {
    use(strategy: object): void
    authenticate(strategy: string, options: object, done: Done): Middleware
  }
}

declare module 'passport-oauth2' {
  interface Options {
    authorizationURL: string
    tokenURL: string
    clientID: string
    clientSecret: string
    callbackURL: string
    scope: string[]
    state: boolean
    pkce: boolean
    customHeaders?: Record<string, string>
  }
  interface Answer {
    access_token: string
    refresh_token: string
    scope: string
  }
  type Verify = (
    accessToken: string,
    refreshToken: string,
    answer: Answer,
    profile: object,
    verified: (error: unknown, user: object) => void,
  ) => void
  export class Strategy {
    constructor(options: Options, verify: Verify)
    protected _oauth2: {
      get(url: string, accessToken: string, done: (error: unknown, body?: string) => void): void
      useAuthorizationHeaderforGET(use: boolean): void
      getOAuthAccessToken(
        token: string,
        parameters: { grant_type: 'refresh_token' },
        done: (error: unknown, access?: string, refresh?: string, answer?: Answer) => void,
      ): void
    }
    userProfile(accessToken: string, done: (error: unknown, profile?: object) => void): void
  }
}

declare module 'alexa-verifier' {
  function verify(certificateUrl: string | undefined, signature: string | undefined, body: string): Promise<void>
  // biome-ignore lint/style/noDefaultExport: it is how the package exports it
  export { verify as default }
}
