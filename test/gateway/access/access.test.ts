import test from 'ava'
import { type Access, decide, stillHolds } from '../../../src/gateway/access/access.ts'
import type { Site } from '../../../src/gateway/site.ts'
import { noteExchange } from '../../support/exchange.ts'

const NONE: Access = { kind: 'none' }
const BEARER: Access = {
  kind: 'bearer',
  scopes: [],
  resource: 'https://home.example',
  metadata: 'https://home.example/m',
}
const site = { accessTokens: { find: () => undefined, stillGranted: async () => true } } as unknown as Site

test('each kind of access decides in its own way', async (t) => {
  const { exchange } = noteExchange()
  t.deepEqual(await decide(NONE, exchange, site), { kind: 'allow' })
  t.like(await decide(BEARER, exchange, site), { kind: 'challenge', status: 401 })
})

test('whoever was let in as nobody stays in only while nobody is asked who they are', async (t) => {
  t.true(await stillHolds(NONE, { kind: 'allow' }, site))
  t.false(await stillHolds(BEARER, { kind: 'allow' }, site), 'the route asks for a token now')
})
