import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import { addUser } from '../../../src/users/users.ts'
import { freePort } from '../../gateway/contender.ts'
import { CONTENDERS_CORE, startPinned } from '../../gateway/pinned-process.ts'
import { CLIENT, type Contender, REDIRECT_URI, SCOPES } from '../contender.ts'
import { fillCodes, fillGrants, tokenOf } from '../fill.ts'

const LAUNCHER = fileURLToPath(new URL('../../../bin/skillgate.js', import.meta.url))
const USER = { name: 'ada', displayName: 'Ada Lovelace', password: randomBytes(12).toString('hex') }

/** The real thing, as a person starts it. */
export const skillgate: Contender = {
  name: 'Skillgate',
  async start({ folder: parent, tls: { certificate, key } }, size) {
    const folder = mkdtempSync(join(parent, 'skillgate-'))
    const secret = randomBytes(32).toString('base64url')
    mkdirSync(join(folder, 'data'), { mode: 0o700 })
    writeFileSync(join(folder, 'data', 'alexa.secret'), secret, { mode: 0o600 })
    const port = await freePort()
    const configFile = join(folder, 'gateway.yaml')
    writeFileSync(
      configFile,
      stringify({
        public_url: 'https://dev.jasonhollis.com',
        listen: { https: `127.0.0.1:${port}` },
        tls: { source: 'files', certificate, key },
        upstreams: { none: { url: 'http://127.0.0.1:1' } },
        oauth: {
          scopes: Object.fromEntries(SCOPES.map((scope) => [scope, scope])),
          clients: [
            {
              id: CLIENT,
              name: 'Amazon Alexa',
              secret: { file: 'data/alexa.secret' },
              redirect_uris: [REDIRECT_URI],
              scopes: SCOPES,
            },
          ],
        },
        routes: [{ path: '/none', upstream: 'none', auth: 'bearer' }],
      }),
    )
    // Stays open, so that codes can be added; the gateway itself is a process of its own.
    const store = await openKeyvStore(join(folder, 'data', 'skillgate.db'), Date.now)
    await addUser(store, { now: Date.now, randomBytes }, USER)
    const user = (await store.get('user', USER.name))!
    const owner = { userName: user.name, userId: user.id, client: CLIENT, scopes: SCOPES }
    await fillGrants(store, owner, size, Date.now())
    const command = [process.execPath, LAUNCHER, 'start', '--config', configFile]
    const started = await startPinned(CONTENDERS_CORE, command, [port])
    return {
      process: started,
      port,
      tokenPath: '/alexa/token',
      client: { client_id: CLIENT, client_secret: secret },
      addCodes: (count) =>
        fillCodes(store, { ...owner, redirectUri: REDIRECT_URI }, count, { now: Date.now, randomBytes }),
      refreshToken: (n) => tokenOf('refresh', n),
      async close() {
        await started.stop()
        await store.close()
      },
    }
  },
}
