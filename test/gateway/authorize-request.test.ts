import test from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import { authorizeRequest } from '../../src/gateway/authorize-request.ts'
import type { ForwardedRoute } from '../../src/gateway/match-route.ts'
import type { AccessToken } from '../../src/oauth/grants/access-tokens.ts'

const HOME = 'https://home.example'
const METADATA = `${HOME}/.well-known/oauth-protected-resource/api`

const ADA: AccessToken = {
  id: 'hash',
  grantId: 'u1.g',
  userId: '1',
  userName: 'ada',
  displayName: 'Ada',
  clientId: 'phone',
  scopes: ['a', 'b'],
  issuedAt: 0,
  expiresAt: 1,
}

/** Knows one token, and notes what it was asked for. */
function lookUp(asked: string[] = []) {
  const find = (token: string) => {
    asked.push(token)
    return token === 'good' ? ADA : undefined
  }
  return { find }
}

function route(scopes: string[] = [], auth: 'bearer' | 'none' = 'bearer'): ForwardedRoute {
  const upstream = { name: 'u', url: 'http://u', responseTimeout: 1 }
  const forwarder = { forward: async () => {}, close: async () => {} }
  const policy = { auth, scopes, resource: `${HOME}/api`, metadata: METADATA }
  return { path: '/', methods: ['GET'], websocket: false, upstream, forwarder, ...policy }
}

test('a good token is let in, in any case of the scheme and with any number of spaces', async (t) => {
  for (const header of ['Bearer good', 'bearer good', 'BEARER   good'])
    t.deepEqual(await authorizeRequest(route(), header, lookUp()), { kind: 'allow', identity: ADA }, header)
})

test('what is not one bearer token is as good as nothing, and never looked up', async (t) => {
  const asked: string[] = []
  for (const header of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'good',
    'Bearergood',
    'Bearer\tgood',
    ' Bearer good',
    'Bearer good ',
    'Bearer good good',
    'Bearer good, Bearer good',
    'Bearer "good"',
    'Bearer =good',
    'Bearer go=od',
    'Bearer good\n',
    'Basic good',
    'Token good',
    'XBearer good',
  ]) {
    const decision = await authorizeRequest(route(), header, lookUp(asked))
    t.like(decision, { kind: 'challenge', status: 401, error: undefined, scopes: [] }, header)
  }
  t.deepEqual(asked, [])
})

test('all characters that a bearer token may have are looked up', async (t) => {
  const asked: string[] = []
  for (const token of ['abc', 'A9-._~+/', 'abc=', 'abc==']) {
    const decision = await authorizeRequest(route(), `Bearer ${token}`, lookUp(asked))
    t.like(decision, { kind: 'challenge', status: 401, error: 'invalid_token' })
  }
  t.deepEqual(asked, ['abc', 'A9-._~+/', 'abc=', 'abc=='])
})

test('every scope of the route is needed, and more do no harm', async (t) => {
  const decide = (scopes: string[]) => authorizeRequest(route(scopes), 'Bearer good', lookUp())
  for (const scopes of [[], ['a'], ['b', 'a']]) t.like(await decide(scopes), { kind: 'allow', identity: ADA })
  for (const scopes of [['c'], ['a', 'c'], ['A'], ['a b'], ['']])
    t.like(await decide(scopes), { kind: 'challenge', status: 403, error: 'insufficient_scope', scopes })
})

test('a token for another resource is as bad as none, whatever its scopes, and one for what is around it is good', async (t) => {
  const decide = (resources: string[] | undefined) =>
    authorizeRequest(route(['a']), 'Bearer good', { find: () => ({ ...ADA, resources }) })
  for (const resources of [undefined, [HOME], [`${HOME}/api`], [`${HOME}/any`, `${HOME}/api`]]) {
    t.like(await decide(resources), { kind: 'allow' }, resources?.join())
  }
  for (const resources of [[], [`${HOME}/any`], [`${HOME}/ap`], [`${HOME}/api2`], [`${HOME}/api/deep`]]) {
    const refused = { kind: 'challenge', status: 401, error: 'invalid_token', metadata: METADATA }
    t.like(await decide(resources), refused, resources.join())
  }
})

test('every challenge says where a client learns how to get a token', async (t) => {
  for (const [scopes, header] of [
    [[], undefined],
    [[], 'Bearer bad'],
    [['c'], 'Bearer good'],
  ] as const) {
    t.like(await authorizeRequest(route([...scopes]), header, lookUp()), { kind: 'challenge', metadata: METADATA })
  }
})

test('a public route lets everybody in as nobody, and looks nothing up', async (t) => {
  const asked: string[] = []
  for (const header of [undefined, 'Bearer good', 'Bearer bad'])
    t.deepEqual(await authorizeRequest(route(['a'], 'none'), header, lookUp(asked)), { kind: 'allow' })
  t.deepEqual(asked, [])
})

test('a store that fails decides nothing', async (t) => {
  const broken = (find: () => never | Promise<never>) => authorizeRequest(route(), 'Bearer good', { find })
  await t.throwsAsync(
    broken(() => Promise.reject(new StorageError('gone'))),
    { name: 'StorageError' },
  )
  await t.throwsAsync(
    broken(() => {
      throw new StorageError('gone')
    }),
    { name: 'StorageError' },
  )
})
