import { z } from 'zod'
import { clientMistakes, draftClient, names } from './cross-check-clients.ts'
import { draftLifetimes, lifetimeMistakes } from './cross-check-lifetimes.ts'
import type { Mistake } from './mistake.ts'
import { isOwnPath } from './own-paths.ts'
import { identityHeaders } from './schema.ts'

const named = z.record(z.string(), z.unknown()).optional().catch(undefined)

/** As much of a configuration as refers to other parts of it, however wrong the rest may be. */
const draft = z.object({
  listen: z
    .object({ https: z.string().optional().catch(undefined), http: z.string().optional().catch(undefined) })
    .catch({}),
  upstreams: named,
  oauth: z
    .object({
      base_path: z.string().catch('/alexa'),
      scopes: named,
      default_scopes: names,
      lifetimes: draftLifetimes,
      registration: z.object({ scopes: names }).catch({}),
      session: z
        .object({ idle: z.number().optional().catch(undefined), absolute: z.number().catch(43_200) })
        .optional()
        .catch(undefined),
      clients: z.array(draftClient.optional().catch(undefined)).catch([]),
    })
    .catch({
      base_path: '/alexa',
      scopes: undefined,
      default_scopes: undefined,
      lifetimes: {},
      registration: {},
      clients: [],
    }),
  routes: z
    .array(
      z
        .object({
          path: z.string().optional().catch(undefined),
          methods: names,
          upstream: z.string().optional().catch(undefined),
          auth: z.string().optional().catch(undefined),
          scopes: names,
          websocket: z.boolean().optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
    )
    .catch([]),
  identity_headers: z.record(z.string(), z.unknown()).catch({}),
})

type Draft = z.infer<typeof draft>

/** The mistakes that only show when two places are held together. */
export function crossCheck(value: unknown): Mistake[] {
  const read = draft.safeParse(value)
  if (!read.success) return []
  return [
    ...sameAddress(read.data),
    ...unknownUpstreams(read.data),
    ...unknownScopes(read.data),
    ...sessionMistakes(read.data),
    ...lifetimeMistakes(read.data.oauth),
    ...clientMistakes(read.data.oauth.clients),
    ...routeMistakes(read.data),
    ...repeatedHeaders(read.data),
  ]
}

function sameAddress({ listen: { https, http } }: Draft): Mistake[] {
  // Port 0 takes a free one each time.
  if (https === undefined || https !== http || https.endsWith(':0')) return []
  return [{ path: ['listen', 'http'], message: 'expected an address of its own, listen.https has the same' }]
}

function unknownUpstreams({ upstreams, routes }: Draft): Mistake[] {
  if (!upstreams) return []
  const known = Object.keys(upstreams)
  return routes.flatMap((route, i) =>
    route?.upstream === undefined || known.includes(route.upstream)
      ? []
      : [{ path: ['routes', i, 'upstream'], message: `expected one of upstreams (${listed(known)})` }],
  )
}

function unknownScopes({ oauth, routes }: Draft): Mistake[] {
  if (!oauth.scopes) return []
  const known = Object.keys(oauth.scopes)
  const lists: [PropertyKey[], string[] | undefined][] = [
    [['oauth', 'default_scopes'], oauth.default_scopes],
    [['oauth', 'registration', 'scopes'], oauth.registration.scopes],
    ...oauth.clients.map((client, i): [PropertyKey[], string[] | undefined] => [
      ['oauth', 'clients', i, 'scopes'],
      client?.scopes,
    ]),
    ...routes.map((route, i): [PropertyKey[], string[] | undefined] => [['routes', i, 'scopes'], route?.scopes]),
  ]
  return lists.flatMap(([path, scopes = []]) =>
    scopes.flatMap((scope, i) =>
      known.includes(scope) ? [] : [{ path: [...path, i], message: `expected one of oauth.scopes (${listed(known)})` }],
    ),
  )
}

function listed(known: string[]): string {
  return known.join(', ') || 'there are none'
}

function sessionMistakes({ oauth: { session } }: Draft): Mistake[] {
  const { idle, absolute } = session ?? {}
  if (absolute === undefined || (idle ?? 3600) <= absolute) return []
  const path = ['oauth', 'session']
  return idle === undefined
    ? [{ path: [...path, 'absolute'], message: 'expected no less than session.idle (3600)' }]
    : [{ path: [...path, 'idle'], message: `expected no more than session.absolute (${absolute})` }]
}

function routeMistakes({ oauth, routes }: Draft): Mistake[] {
  return routes.flatMap((route, i) => {
    if (!route) return []
    const path = ['routes', i, 'path']
    const mistakes: Mistake[] = []
    const first = routes.findIndex((other) => other?.path === route.path && overlap(other?.methods, route.methods))
    if (route.path !== undefined && isOwnPath(oauth.base_path, route.path)) {
      mistakes.push({ path, message: `expected another path, the gateway itself answers at ${route.path}` })
    } else if (route.path !== undefined && first < i) {
      mistakes.push({
        path,
        message: `expected a path or methods of its own, routes[${first}] takes the same requests`,
      })
    }
    if (route.auth === 'none' && route.scopes?.length) {
      mistakes.push({ path: ['routes', i, 'scopes'], message: 'expected none, for auth: none asks for no token' })
    }
    if (route.websocket === true && route.methods?.includes('GET') === false) {
      mistakes.push({
        path: ['routes', i, 'methods'],
        message: 'expected GET among them, for a WebSocket begins with it',
      })
    }
    return mistakes
  })
}

function overlap(some: string[] | undefined, others: string[] | undefined): boolean {
  return !some || !others || some.some((method) => others.includes(method))
}

/** A header that the file names must be no default of another key either. */
function repeatedHeaders({ identity_headers: given }: Draft): Mistake[] {
  const defaults = Object.entries(identityHeaders.parse({})).filter(([key]) => !Object.hasOwn(given, key))
  const entries = [...defaults, ...Object.entries(given)].map(([key, name]) => [key, String(name).toLowerCase()])
  return entries.flatMap(([key = '', name], i) => {
    const first = entries.findIndex((other) => other[1] === name)
    const message = `expected a header name of its own, identity_headers.${entries[first]?.[0]} has the same`
    return first < i ? [{ path: ['identity_headers', key], message }] : []
  })
}
