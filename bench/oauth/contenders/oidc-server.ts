import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { parseArgs } from 'node:util'
import { Provider } from 'oidc-provider'
import { CLIENT, REDIRECT_URI, SCOPES } from '../contender.ts'
import { oidcAdapter, openOidcDatabase } from './oidc-database.ts'

// An authorization server of oidc-provider's, which does what Skillgate's does: opaque tokens, refresh tokens that stay
// the same, no ID tokens.

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    database: { type: 'string', default: '' },
    certificate: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
  },
})
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const provider = new Provider(`https://localhost:${values.port}`, {
  adapter: oidcAdapter(openOidcDatabase(values.database)),
  clients: [
    {
      client_id: CLIENT,
      client_secret: process.env.CLIENT_SECRET ?? '',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  cookies: { keys: [randomBytes(32).toString('hex')] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  issueRefreshToken: () => true,
  jwks: { keys: [privateKey.export({ format: 'jwk' })] },
  pkce: { required: () => false },
  rotateRefreshToken: false,
  scopes: SCOPES,
  ttl: { AccessToken: 3600, AuthorizationCode: 300, Grant: 90 * 86_400, RefreshToken: 90 * 86_400 },
})
const tls = { cert: readFileSync(values.certificate), key: readFileSync(values.key) }
createServer(tls, provider.callback()).listen(Number(values.port), '127.0.0.1')
