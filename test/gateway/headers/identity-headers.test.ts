import test from 'ava'
import { type Caller, identityHeaders } from '../../../src/gateway/headers/identity-headers.ts'

const NAMES = {
  user_id: 'X-Remote-User-Id',
  user_name: 'X-Remote-User-Name',
  display_name: 'X-Remote-User-Display-Name',
  client_id: 'X-Auth-Client-Id',
  scopes: 'X-Auth-Scopes',
}
const build = identityHeaders(NAMES, 'home.example:8443')

const NOBODY: Caller = { address: '192.0.2.7' }
const ADA: Caller = {
  ...NOBODY,
  identity: {
    user: { id: '1815', name: 'ada', displayName: 'Ada Büron ✓' },
    client: 'phone',
    grant: 'u1.g',
    scopes: ['a', 'b'],
    by: 'bearer',
  },
}

const FORWARDED = [
  ['X-Forwarded-For', '192.0.2.7'],
  ['X-Forwarded-Host', 'home.example:8443'],
  ['X-Forwarded-Proto', 'https'],
]

type Pair = [string, string]

/** Pairs in, pairs out. */
function sent(pairs: Pair[], caller = NOBODY, token?: string): string[][] {
  const raw = build(pairs.flat(), { ...caller, credentials: token && `Bearer ${token}` })
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1]!]] : []))
}

/** What is left of the client's own headers. */
const kept = (pairs: Pair[]) => sent(pairs).slice(0, -FORWARDED.length)

test('what concerns nobody here is passed on as it was spelled, in its order, as often as it came', (t) => {
  const pairs: Pair[] = [
    ['accept', 'a'],
    ['X-CUSTOM', ''],
    ['Accept', 'b'],
    ['X_Under_Score', 'c'],
    ['Content-Length', '5'],
    ['X-Remote', 'd'],
    ['X-Auth-Client', 'e'],
    ['X-Forwarde', 'f'],
    ['Constructor', 'g'],
  ]
  t.deepEqual(sent(pairs), [...pairs, ...FORWARDED])
})

test('every spelling of an identity header is removed', (t) => {
  for (const name of Object.values(NAMES))
    for (const spelling of [
      name,
      name.toLowerCase(),
      name.toUpperCase(),
      name.replaceAll('-', '_'),
      name.replaceAll('-', '.'),
      name.replace('-', '_').toUpperCase(),
      name.replace(/-(?=[^-]*$)/, '.'),
    ])
      t.deepEqual(kept([[spelling, 'admin']]), [], spelling)
})

test('the headers are removed under the names that the configuration gives them, and under the usual ones', (t) => {
  const other = identityHeaders({ ...NAMES, user_id: 'Remote-User' }, 'home.example')
  const raw = other(['remote_USER', 'admin', 'X-Remote-User-Id', 'mine'], ADA)
  t.false(raw.includes('admin') || raw.includes('mine'))
  t.is(raw[raw.indexOf('Remote-User') + 1], '1815')
})

test('the identity is set once, behind everything else, in bytes of UTF-8', (t) => {
  t.deepEqual(sent([['X-Remote-User-Id', 'admin']], ADA), [
    ...FORWARDED,
    ['X-Remote-User-Id', '1815'],
    ['X-Remote-User-Name', 'ada'],
    ['X-Remote-User-Display-Name', Buffer.from('Ada Büron ✓').toString('latin1')],
    ['X-Auth-Client-Id', 'phone'],
    ['X-Auth-Scopes', 'a b'],
  ])
})

test('the Authorization that is sent is never the one that came', (t) => {
  for (const name of ['Authorization', 'AUTHORIZATION', 'authorization']) t.deepEqual(kept([[name, 'Bearer x']]), [])
  t.deepEqual(sent([['Authorization', 'Bearer x']], NOBODY, 'own').at(-1), ['Authorization', 'Bearer own'])
})

test('hop-by-hop headers and those named in Connection stay here', (t) => {
  const hops: Pair[] = [
    ['Connection', 'close, X-Mine , x_other,,"'],
    ['connection', 'X-Third'],
    ['X-Mine', '1'],
    ['x-other', '1'],
    ['X.Other', '1'],
    ['X-THIRD', '1'],
    ['Close', '1'],
    ...['Keep-Alive', 'TE', 'Trailer', 'Upgrade', 'Proxy-Connection', 'Proxy-Authorization', 'Transfer-Encoding'].map(
      (name): Pair => [name, '1'],
    ),
    ['Proxy-Authenticate', '1'],
    ['Expect', '100-continue'],
    ['Host', 'x'],
  ]
  t.deepEqual(kept([...hops, ['X-Fourth', '1']]), [['X-Fourth', '1']])
  for (const value of ['keep-alive', 'Close', 'UPGRADE'])
    t.deepEqual(
      kept([
        ['Connection', value],
        ['X-Mine', '1'],
      ]),
      [['X-Mine', '1']],
    )
})

test('Connection cannot take away the framing of the body, nor anything that is set here', (t) => {
  const listed: Pair = ['Connection', `Content-Length, X-Forwarded-For, ${Object.values(NAMES).join(',')}`]
  t.deepEqual(kept([listed, ['Content-Length', '5']]), [['Content-Length', '5']])
  t.deepEqual(sent([listed], ADA).length, FORWARDED.length + 5)
})

test('what only a proxy may say is removed in every spelling', (t) => {
  for (const name of [
    'Forwarded',
    'X-Forwarded-For',
    'x_forwarded_for',
    'X.FORWARDED.Anything',
    'X-Real-IP',
    'x_real_ip',
  ])
    t.deepEqual(kept([[name, 'a']]), [], name)
})

test("the gateway's own cookies stay here, the others go on", (t) => {
  const cookies = (value: string) => kept([['Cookie', value]]).map(([, left]) => left)
  t.deepEqual(cookies('a=1; b=2'), ['a=1; b=2'])
  t.deepEqual(cookies('__Host-skillgate-csrf=x'), [])
  t.deepEqual(cookies('__Host-skillgate-csrf=x; a=1'), ['a=1'])
  t.deepEqual(cookies('a=1; __Host-skillgate-csrf=x'), ['a=1'])
  t.deepEqual(cookies('a=1;__Host-skillgate-a=x;__Host-skillgate-b=y; b=2'), ['a=1; b=2'])
  t.deepEqual(cookies('x__Host-skillgate-csrf=1'), ['x__Host-skillgate-csrf=1'])
})

test('cookies that came in several fields go on as one, for HTTP/1.1 knows but one', (t) => {
  const several = [
    ['cookie', 'a=1'],
    ['X', '1'],
    ['cookie', '__Host-skillgate-csrf=x'],
    ['Cookie', 'b=2; c=3'],
  ] as const
  t.deepEqual(kept(several.map(([name, value]) => [name, value])), [
    ['cookie', 'a=1; b=2; c=3'],
    ['X', '1'],
  ])
})
