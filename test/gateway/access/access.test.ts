import test from 'ava'
import { AUTHS } from '../../../src/config/route-schema.ts'
import {
  type Access,
  type Challenge,
  CREDENTIAL_HEADERS,
  decide,
  decideToken,
  readAccess,
  stillHolds,
  takesTokenLater,
} from '../../../src/gateway/access/access.ts'
import type { BearerAccess } from '../../../src/gateway/access/bearer.ts'
import { identityHeaders } from '../../../src/gateway/headers/identity-headers.ts'
import type { Site } from '../../../src/gateway/site.ts'
import { askedResources } from '../../support/asked-resources.ts'
import { noteExchange } from '../../support/exchange.ts'

const NONE: Access = { kind: 'none' }
const BEARER: BearerAccess = { kind: 'bearer', scopes: [] }
const site = {
  resources: askedResources(),
  accessTokens: { find: () => undefined, stillGranted: async () => true },
  sessions: { find: async () => undefined, isThere: async (id: string) => id === 'session' },
} as unknown as Site

const { exchange: asked } = noteExchange()
const SESSION: Access = { kind: 'session' }
const EITHER: Access = { ...BEARER, kind: 'bearer-or-session' }

test('each kind of access decides in its own way', async (t) => {
  const { exchange } = noteExchange()
  t.deepEqual(await decide(NONE, exchange, site), { kind: 'allow' })
  for (const access of [BEARER, SESSION, EITHER])
    t.like(await decide(access, exchange, site), { kind: 'challenge', status: 401 })
})

test('where tokens are known one may come in the first message, beside sessions too', async (t) => {
  const { exchange } = noteExchange()
  for (const access of [BEARER, EITHER]) {
    t.true(takesTokenLater(access, (await decide(access, exchange, site)) as Challenge))
    t.like(await decideToken(access, 'unknown', exchange, site), { kind: 'challenge', code: 'invalid_token' })
  }
  t.false(takesTokenLater(SESSION, (await decide(SESSION, exchange, site)) as Challenge))
})

test('a device stays in only while its certificate is that of the same user', async (t) => {
  const certificate = { commonName: 'mobile', issuer: '', fingerprint: 'f' }
  const devices = { find: async () => ({ name: 'mobile', user: { id: 'ada', name: 'ada', displayName: 'Ada' } }) }
  const there = { ...site, devices } as unknown as Site
  const gone = { ...site, devices: { find: async () => ({ refused: 'it is gone' }) } } as unknown as Site
  const identity = (id: string) => ({ user: { id, name: id, displayName: id }, scopes: [], by: 'mtls' })
  const holds = (allowed: object, now = there) =>
    stillHolds({ kind: 'mtls' }, { kind: 'allow', ...allowed }, asked, now)
  t.true(await holds({ certificate, identity: identity('ada') }))
  t.false(await holds({ certificate, identity: identity('ada') }, gone))
  t.false(await holds({ certificate, identity: identity('eve') }), 'the name was given to somebody else')
  t.false(await holds({ identity: identity('ada') }), 'another kind of access had let it in')
  t.false(await holds({ session: 'session', identity: identity('ada') }))
})

test('whoever was let in as nobody stays in only while nobody is asked who they are', async (t) => {
  t.true(await stillHolds(NONE, { kind: 'allow' }, asked, site))
  for (const access of [BEARER, SESSION, EITHER])
    t.false(await stillHolds(access, { kind: 'allow' }, asked, site), 'the route asks for a token or a session now')
  for (const access of [SESSION, EITHER]) {
    t.true(await stillHolds(access, { kind: 'allow', session: 'session' }, asked, site))
    t.false(await stillHolds(access, { kind: 'allow', session: 'another' }, asked, site))
  }
})

test('whatever the configuration may call for is a kind of access', (t) => {
  for (const auth of AUTHS) t.is(readAccess({ auth, scopes: [] }).kind, auth)
})

test('what opens a route of any kind reaches no upstream', (t) => {
  const names = { user_id: 'A', user_name: 'B', display_name: 'C', client_id: 'D', scopes: 'E' }
  const build = identityHeaders(names, 'home.example')
  t.true(CREDENTIAL_HEADERS.has('authorization'))
  for (const name of CREDENTIAL_HEADERS) {
    for (const spelling of [name, name.toUpperCase(), name.replaceAll('-', '_')]) {
      t.false(build([spelling, 'credentials'], { address: '192.0.2.1' }).includes('credentials'), spelling)
    }
  }
})
