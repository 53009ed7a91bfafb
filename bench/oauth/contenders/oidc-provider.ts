import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AdapterPayload } from 'oidc-provider'
import { freePort } from '../../gateway/contender.ts'
import { CONTENDERS_CORE, startPinned } from '../../gateway/pinned-process.ts'
import { CLIENT, type Contender, REDIRECT_URI, SCOPES } from '../contender.ts'
import { tokenOf } from '../fill.ts'
import { openOidcDatabase, upsertInto } from './oidc-database.ts'

const SERVER = fileURLToPath(new URL('oidc-server.ts', import.meta.url))
const DAY = 86_400
const ACCOUNT = 'ada'

export const oidcProvider: Contender = {
  name: 'oidc-provider',
  async start({ folder, tls: { certificate, key } }, size) {
    const file = join(mkdtempSync(join(folder, 'oidc-')), 'oidc.db')
    const database = openOidcDatabase(file)
    const write = upsertInto(database)
    const scope = SCOPES.join(' ')

    function upsert(kind: string, jti: string, payload: AdapterPayload, expiresIn: number): void {
      const iat = Math.floor(Date.now() / 1000)
      const common = { kind, jti, iat, exp: iat + expiresIn, accountId: ACCOUNT, clientId: CLIENT }
      write(`${kind}:${jti}`, { ...common, ...payload }, expiresIn)
    }

    database.exec('BEGIN')
    for (let n = 0; n < size; n++) {
      const [grantId, gty] = [grantOf(n), 'authorization_code']
      upsert('Grant', grantId, { openid: { scope } }, 90 * DAY)
      upsert('RefreshToken', tokenOf('refresh', n), { grantId, gty, scope }, 90 * DAY)
      upsert('AccessToken', tokenOf('access', n), { grantId, gty, scope, extra: {} }, 3600)
    }
    database.exec('COMMIT')

    const port = await freePort()
    const secret = randomBytes(32).toString('base64url')
    const options = { port, database: file, certificate, key }
    const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
    const variables = ['env', `CLIENT_SECRET=${secret}`, 'NODE_ENV=production']
    const started = await startPinned(CONTENDERS_CORE, [...variables, process.execPath, SERVER, ...flags], [port])
    return {
      process: started,
      port,
      tokenPath: '/token',
      client: { client_id: CLIENT, client_secret: secret },
      async addCodes(count) {
        const codes = Array.from({ length: count }, () => randomBytes(32).toString('base64url'))
        database.exec('BEGIN')
        for (const [n, code] of codes.entries()) {
          // Its grants are made when the user consents, Skillgate's when the code is redeemed.
          upsert('AuthorizationCode', code, { grantId: grantOf(n % size), scope, redirectUri: REDIRECT_URI }, 300)
        }
        database.exec('COMMIT')
        return codes
      },
      refreshToken: (n) => tokenOf('refresh', n),
      async close() {
        await started.stop()
        database.close()
      },
    }
  },
}

function grantOf(n: number): string {
  return tokenOf('access', -1 - n)
}
