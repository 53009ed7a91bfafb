import test from 'ava'
import fc from 'fast-check'
import { letOthersRead } from '../../src/gateway/cors.ts'
import type { Destination } from '../../src/gateway/routes/destination.ts'
import { toRawHeaders } from '../../src/http/raw-headers.ts'
import { noteExchange } from '../support/exchange.ts'
import { seedOf } from '../support/property.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'] as const
const ORIGINS = ['https://a.example', 'https://b.example']

/** Several routes at one path, no two of which take the same method. */
const routes = fc
  .array(fc.constantFrom(0, 1, 2), { minLength: METHODS.length, maxLength: METHODS.length })
  .chain((owners) =>
    fc
      .array(fc.constantFrom(undefined, '*' as const, ...ORIGINS.map((one) => new Set([one]))), {
        minLength: 3,
        maxLength: 3,
      })
      .map((readers) =>
        readers.map((cors, i) => ({ path: `/${i}`, methods: METHODS.filter((_, m) => owners[m] === i), cors })),
      ),
  )

const origins = fc.array(fc.constantFrom(...ORIGINS, 'null', '*', 'https://a.example:443', ''), { maxLength: 2 })
const asked = fc.option(fc.constantFrom(...METHODS, 'PUT', 'get', ''), { nil: undefined })

test('nothing is ever said to a page that the routes at a path do not say', (t) => {
  fc.assert(
    fc.property(routes, fc.constantFrom(...METHODS), origins, asked, (found, method, from, planned) => {
      const rawHeaders = [
        ...from.flatMap((one) => ['Origin', one]),
        ...(planned === undefined ? [] : ['Access-Control-Request-Method', planned]),
      ]
      const { exchange } = noteExchange({ method, rawHeaders })
      const preflight = letOthersRead(exchange, found as unknown as Destination[])
      const { corsHeaders } = exchange
      const said = [...(corsHeaders ?? []), ...toRawHeaders(preflight?.headers ?? {})]
      const values = (name: string) => said.filter((_, i) => i % 2 === 1 && said[i - 1] === name)
      const taking = (one: string) => found.find(({ methods }) => (methods as string[]).includes(one))
      const mayRead = ({ cors }: (typeof found)[number]) =>
        cors === '*' || (cors !== undefined && from.length === 1 && cors.has(from[0] as string))

      fc.pre(found.some(({ methods }) => methods.length > 0))
      t.deepEqual(values('Access-Control-Allow-Credentials'), [])
      const [allowed, ...more] = values('Access-Control-Allow-Origin')
      t.deepEqual(more, [])
      const meant = preflight ? (planned as string) : method
      const decides = taking(meant) ?? found.find(({ cors }) => cors)
      if (allowed !== undefined) {
        t.true(decides !== undefined && mayRead(decides))
        t.is(allowed, decides?.cors === '*' ? '*' : (from[0] as string))
      }
      // Kept for others, it is kept for this origin only.
      if (corsHeaders?.length && decides?.cors !== '*') t.deepEqual(values('Vary'), ['Origin'])
      // Whose upstream is asked, if one is, has nothing to say where its route has.
      if (!preflight && taking(method)?.cors) t.not(corsHeaders, undefined)
      if (preflight) t.true(method === 'OPTIONS' && from.length > 0 && planned !== undefined)
      for (const one of values('Access-Control-Allow-Methods').join(', ').split(', ').filter(Boolean)) {
        const there = taking(one)
        t.true(there !== undefined && mayRead(there), one)
      }
    }),
    { seed: seedOf(t), numRuns: 2000 },
  )
})
