import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import type { Access } from '../../src/gateway/access/access.ts'
import type { BearerAccess } from '../../src/gateway/access/bearer.ts'
import type { Exchange } from '../../src/gateway/exchange.ts'
import { compileRoutes } from '../../src/gateway/routes/compile-routes.ts'
import type { Site } from '../../src/gateway/site.ts'
import type { Upstream } from '../../src/gateway/upstreams/upstream.ts'
import { watchAccess } from '../../src/gateway/watch-access.ts'
import type { AccessToken } from '../../src/oauth/grants/access-tokens.ts'
import { askedResources } from '../support/asked-resources.ts'

const HOUR_MS = 3_600_000
const BEARER: BearerAccess = { kind: 'bearer', scopes: ['music.read'] }
const TOKEN: AccessToken = {
  id: 'hash',
  grantId: 'grant',
  identity: { user: { id: 'u', name: 'ada', displayName: 'Ada' }, scopes: ['music.read'], by: 'bearer' },
  issuedAt: 0,
  expiresAt: HOUR_MS,
}

type SiteWanted = { upstream?: string; access?: Access; granted?: () => boolean; methods?: string[] }

/** A watch whose clock goes when told, over what this test says is open. */
function watching() {
  let lookUps = 0
  let generation = 0
  let at = 0
  let run = () => {}
  const site = ({ upstream = 'music', access = BEARER, granted = () => true, methods = ['GET'] }: SiteWanted = {}) =>
    ({
      routes: compileRoutes(
        [
          {
            kind: 'upstream',
            path: '/ws',
            methods,
            access,
            upstream: { name: upstream } as Upstream,
            websocket: true,
            origins: new Set(),
            sandbox: true,
            signsIn: true,
            passAuthorization: false,
          },
        ],
        'home.example',
      ),
      resources: askedResources(),
      accessTokens: {
        stillGranted: async () => {
          lookUps++
          return granted()
        },
      },
    }) as unknown as Site
  const state = { site: site(), exchanges: [] as Exchange[] }
  watchAccess({
    exchanges: () => state.exchanges,
    current: () => state.site,
    generation: () => generation,
    monotonic: () => at,
    every: (_, tick) => {
      run = tick
      return { stop: () => {} }
    },
  })
  return {
    state,
    site,
    lookUps: () => lookUps,
    change: () => generation++,
    async tick(ms = 1000) {
      at += ms
      run()
      // The looks wait for nothing but promises.
      await setImmediate()
    },
    open({ upgraded = true, allowed = true, age = 0 } = {}) {
      const ended: string[] = []
      const exchange = {
        method: 'GET',
        host: 'home.example',
        record: { path: '/ws', upstream: 'music', upgraded, startedMonotonic: at - age },
        allowed: allowed ? { kind: 'allow', token: TOKEN } : undefined,
        upgrade: upgraded ? { socket: { destroy: () => ended.push('socket') } } : undefined,
        answer: { cut: () => ended.push('answer') },
      } as unknown as Exchange
      state.exchanges.push(exchange)
      return { exchange, ended }
    },
  }
}

test('500 open WebSockets cost no look-up while nothing changes, whatever comes and goes beside them', async (t) => {
  const { open, tick, lookUps, state } = watching()
  for (let i = 0; i < 500; i++) open()
  await tick()
  const first = lookUps()
  for (let i = 0; i < 100; i++) {
    // A busy gateway always has some that have just begun.
    open({ upgraded: false })
    await tick()
    state.exchanges.pop()
  }
  t.is(first, 500)
  t.is(lookUps(), 500)
})

test('after a change each is looked at once, and ends if it is gone', async (t) => {
  const { open, tick, lookUps, change, state, site } = watching()
  const opened = [open(), open()]
  await tick()
  change()
  await tick()
  await tick()
  t.is(lookUps(), 4)
  state.site = site({ granted: () => false })
  await tick()
  t.deepEqual(
    opened.map(({ ended }) => ended),
    [['socket'], ['socket']],
  )
})

test('a grant that ends by its time is noticed within an hour', async (t) => {
  const { open, tick, lookUps } = watching()
  open()
  await tick()
  await tick(HOUR_MS - 1)
  t.is(lookUps(), 1)
  await tick(1)
  t.is(lookUps(), 2)
})

test('what had just begun, or was still being decided about, when something changed is looked at when it lasts', async (t) => {
  const { open, tick, state, site } = watching()
  await tick()
  const young = open({ upgraded: false })
  const undecided = open({ allowed: false })
  state.site = site({ upstream: 'another' })
  await tick(999)
  t.deepEqual([young.ended, undecided.ended], [[], []])
  Object.assign(undecided.exchange, { allowed: { kind: 'allow', token: TOKEN } })
  await tick(1)
  t.deepEqual([young.ended, undecided.ended], [['answer'], ['socket']])
})

const gone: [what: string, wanted: SiteWanted][] = [
  ['leads elsewhere', { upstream: 'another' }],
  ['has lost its method', { methods: ['POST'] }],
  ['asks for another scope', { access: { ...BEARER, scopes: ['music.control'] } }],
]
for (const [what, wanted] of gone) {
  test(`a stream whose route ${what} ends, and one whose route asks for nothing any more goes on`, async (t) => {
    const { open, tick, state, site } = watching()
    const { ended, exchange } = open({ upgraded: false, age: 1000 })
    state.site = site({ access: { kind: 'none' } })
    await tick()
    t.deepEqual(ended, [])
    state.site = site(wanted)
    await tick()
    t.deepEqual(ended, ['answer'])
    t.is(exchange.record.ending, 'access ended')
  })
}

test('at a change a stream goes on whose token is for what was asked for, and one ends whose token is for what is beside it', async (t) => {
  const { open, tick, state, site } = watching()
  const withToken = (path: string) => {
    const { ended, exchange } = open({ upgraded: false, age: 1000 })
    exchange.allowed = { kind: 'allow', token: { ...TOKEN, resources: [`https://home.example${path}`] } }
    return ended
  }
  const [own, around, beside, below] = [withToken('/ws'), withToken(''), withToken('/other'), withToken('/ws/below')]
  state.site = site({ methods: ['GET', 'POST'] })
  await tick()
  t.deepEqual([own, around, beside, below], [[], [], ['answer'], ['answer']])
})
