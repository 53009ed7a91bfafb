import test from 'ava'
import { StorageError } from '../../../src/files/storage-error.ts'
import { type Access, type Decision, decide as decideAbout } from '../../../src/gateway/access/access.ts'
import type { Site } from '../../../src/gateway/site.ts'
import type { AccessToken } from '../../../src/oauth/grants/access-tokens.ts'
import { askedResources } from '../../support/asked-resources.ts'
import { noteExchange } from '../../support/exchange.ts'

const HOME = 'https://home.example'
const METADATA = `${HOME}/.well-known/oauth-protected-resource/api`

const ADA: AccessToken = {
  id: 'hash',
  grantId: 'u1.g',
  identity: {
    user: { id: '1', name: 'ada', displayName: 'Ada' },
    client: 'phone',
    grant: 'u1.g',
    scopes: ['a', 'b'],
    by: 'bearer',
  },
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

function route(scopes: string[] = [], auth: 'bearer' | 'none' = 'bearer'): Access {
  return auth === 'none' ? { kind: auth } : { kind: auth, scopes }
}

/** Decides about a request with this header. */
async function authorize(access: Access, authorization: string | undefined, accessTokens: object) {
  const rawHeaders = ['Host', 'home.example', ...(authorization === undefined ? [] : ['authorization', authorization])]
  const { exchange } = noteExchange({ target: '/api', rawHeaders })
  return decideAbout(access, exchange, { accessTokens, resources: askedResources(HOME) } as unknown as Site)
}

/** What a challenge says in `WWW-Authenticate`. */
function authenticateOf(decision: Decision): string {
  if (decision.kind !== 'challenge') throw new Error(`it is no challenge: ${decision.kind}`)
  return decision.authenticate
}

test('a good token is let in, in any case of the scheme and with any number of spaces', async (t) => {
  for (const header of ['Bearer good', 'bearer good', 'BEARER   good'])
    t.deepEqual(
      await authorize(route(), header, lookUp()),
      { kind: 'allow', identity: ADA.identity, token: ADA },
      header,
    )
})

test('what is no bearer token is as good as nothing, and never looked up', async (t) => {
  const asked: string[] = []
  for (const header of [
    undefined,
    '',
    'good',
    'Bearergood',
    ' Bearer good',
    'Basic good',
    'DPoP good',
    'Token good',
    'XBearer good',
    'Bearer, Basic good',
    'Bearer=good',
  ]) {
    const decision = await authorize(route(), header, lookUp(asked))
    t.like(decision, { kind: 'challenge', status: 401, code: 'unauthorized' }, header)
    t.false(authenticateOf(decision).includes('error='), header)
  }
  t.deepEqual(asked, [])
})

test('a bearer token that is malformed is a wrong one, and never looked up', async (t) => {
  const asked: string[] = []
  for (const header of [
    'Bearer',
    'bearer',
    'Bearer ',
    'Bearer !!!',
    'BEARER !!!',
    'Bearer\tgood',
    'Bearer good ',
    'Bearer good good',
    'Bearer good, Bearer good',
    'Bearer "good"',
    'Bearer =good',
    'Bearer go=od',
    'Bearer good\n',
  ]) {
    const decision = await authorize(route(['a']), header, lookUp(asked))
    t.like(decision, { kind: 'challenge', status: 401, code: 'invalid_token' }, header)
    t.regex(authenticateOf(decision), /error="invalid_token".* scope="a", resource_metadata=/, header)
  }
  t.deepEqual(asked, [])
})

test('all characters that a bearer token may have are looked up', async (t) => {
  const asked: string[] = []
  for (const token of ['abc', 'A9-._~+/', 'abc=', 'abc==']) {
    const decision = await authorize(route(), `Bearer ${token}`, lookUp(asked))
    t.like(decision, { kind: 'challenge', status: 401, code: 'invalid_token' })
  }
  t.deepEqual(asked, ['abc', 'A9-._~+/', 'abc=', 'abc=='])
})

test('every scope of the route is needed, and more do no harm', async (t) => {
  const decide = (scopes: string[]) => authorize(route(scopes), 'Bearer good', lookUp())
  for (const scopes of [[], ['a'], ['b', 'a']]) t.like(await decide(scopes), { kind: 'allow', identity: ADA.identity })
  for (const scopes of [['c'], ['a', 'c'], ['A'], ['a b'], ['']]) {
    const decision = await decide(scopes)
    t.like(decision, { kind: 'challenge', status: 403, code: 'insufficient_scope' })
    t.true(authenticateOf(decision).includes(` scope="${scopes.join(' ')}",`))
  }
})

test('a token for another resource is as bad as none, whatever its scopes, and one for what is around it is good', async (t) => {
  const decide = (resources: string[] | undefined) =>
    authorize(route(['a']), 'Bearer good', { find: () => ({ ...ADA, resources }) })
  for (const resources of [undefined, [HOME], [`${HOME}/api`], [`${HOME}/any`, `${HOME}/api`]]) {
    t.like(await decide(resources), { kind: 'allow' }, resources?.join())
  }
  for (const resources of [[], [`${HOME}/any`], [`${HOME}/ap`], [`${HOME}/api2`], [`${HOME}/api/deep`]]) {
    const decision = await decide(resources)
    t.like(decision, { kind: 'challenge', status: 401, code: 'invalid_token' }, resources.join())
    t.true(authenticateOf(decision).endsWith(` resource_metadata="${METADATA}"`))
  }
})

test('every challenge says where a client learns how to get a token', async (t) => {
  for (const [scopes, header] of [
    [[], undefined],
    [[], 'Bearer bad'],
    [['c'], 'Bearer good'],
  ] as const) {
    const decision = await authorize(route([...scopes]), header, lookUp())
    t.true(authenticateOf(decision).endsWith(` resource_metadata="${METADATA}"`))
  }
})

test('a public route lets everybody in as nobody, and looks nothing up', async (t) => {
  const asked: string[] = []
  for (const header of [undefined, 'Bearer good', 'Bearer bad'])
    t.deepEqual(await authorize(route(['a'], 'none'), header, lookUp(asked)), { kind: 'allow' })
  t.deepEqual(asked, [])
})

test('a store that fails decides nothing', async (t) => {
  const broken = (find: () => never | Promise<never>) => authorize(route(), 'Bearer good', { find })
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
