import { z } from 'zod'
import { shown } from '../describe-mistake.ts'
import type { Mistake } from '../mistake.ts'
import { basePath, session } from '../oauth-schema.ts'
import { identityHeaders } from '../schema.ts'
import { alexaMistakes, draftAlexa } from './cross-check-alexa.ts'
import { audioMistakes, draftAudio } from './cross-check-audio.ts'
import { clientMistakes, draftClient, names } from './cross-check-clients.ts'
import { commandMistakes } from './cross-check-commands.ts'
import { conversationMistakes } from './cross-check-conversations.ts'
import { draftLifetimes, lifetimeMistakes } from './cross-check-lifetimes.ts'
import { draftRoute, routeMistakes } from './cross-check-routes.ts'
import { draftUsers, userMistakes } from './cross-check-users.ts'

const named = z.record(z.string(), z.unknown()).optional().catch(undefined)

const word = z.string().optional().catch(undefined)
const number = z.number().optional().catch(undefined)

const draftOauth = {
  base_path: word,
  scopes: named,
  default_scopes: names,
  lifetimes: draftLifetimes,
  registration: z.object({ scopes: names }).catch({}),
  session: z.object({ idle: number, absolute: number }).catch({}),
  clients: z.array(draftClient.optional().catch(undefined)).catch([]),
}

/** As much of a configuration as refers to other parts of it, however wrong the rest may be. */
const draft = z.object({
  listen: z.object({ https: word, http: word }).catch({}),
  upstreams: named,
  users: draftUsers,
  oauth: z.object(draftOauth).catch(z.object(draftOauth).parse({})),
  alexa: draftAlexa,
  routes: z.array(draftRoute.optional().catch(undefined)).catch([]),
  metrics: z.object({ listen: word }).catch({}),
  audio: draftAudio.catch(undefined),
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
    ...needlessAuthorities(read.data),
    ...userMistakes(read.data.users, read.data.upstreams),
    ...unknownScopes(read.data),
    ...commandMistakes(read.data.upstreams, read.data.oauth.scopes && Object.keys(read.data.oauth.scopes)),
    ...sessionMistakes(read.data),
    ...lifetimeMistakes(read.data.oauth),
    ...clientMistakes(read.data.oauth.clients),
    ...routeMistakes(read.data.routes, {
      basePath: read.data.oauth.base_path ?? basePath.parse(undefined),
      upstreams: read.data.upstreams,
    }),
    ...conversationMistakes(read.data.routes, read.data.upstreams),
    ...audioMistakes(read.data.audio, read.data.routes, read.data.upstreams),
    ...alexaMistakes(read.data.alexa, {
      basePath: read.data.oauth.base_path ?? basePath.parse(undefined),
      upstreams: read.data.upstreams,
      routes: read.data.routes,
    }),
    ...repeatedHeaders(read.data),
  ]
}

function sameAddress({ listen, metrics }: Draft): Mistake[] {
  const addresses: [PropertyKey[], string | undefined][] = [
    [['listen', 'https'], listen.https],
    [['listen', 'http'], listen.http],
    [['metrics', 'listen'], metrics.listen],
  ]
  return addresses.flatMap(([path, address], i) => {
    // Port 0 takes a free one each time.
    if (address === undefined || address.endsWith(':0')) return []
    const first = addresses.findIndex(([, other]) => other === address)
    const message = `expected an address of its own, ${shown(addresses[first]?.[0] ?? [])} has the same`
    return first < i ? [{ path, message }] : []
  })
}

function unknownUpstreams({ upstreams, routes }: Draft): Mistake[] {
  if (!upstreams) return []
  const known = Object.keys(upstreams)
  return routes.flatMap((route, i) =>
    typeof route?.upstream !== 'string' || known.includes(route.upstream)
      ? []
      : [{ path: ['routes', i, 'upstream'], message: `expected one of upstreams (${listed(known)})` }],
  )
}

/** Whoever names one means to be safe, and without TLS nobody is. */
function needlessAuthorities({ upstreams = {} }: Draft): Mistake[] {
  return Object.entries(upstreams).flatMap(([name, upstream]) => {
    const { url, ca } = z.object({ url: word, ca: word }).catch({}).parse(upstream)
    if (ca === undefined || !url?.startsWith('http:')) return []
    return [{ path: ['upstreams', name, 'ca'], message: 'expected none for an http url, which has no certificate' }]
  })
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

function sessionMistakes({ oauth }: Draft): Mistake[] {
  const standard = session.parse({})
  const { idle = standard.idle, absolute = standard.absolute } = oauth.session
  if (idle <= absolute) return []
  const path = ['oauth', 'session']
  return oauth.session.idle === undefined
    ? [{ path: [...path, 'absolute'], message: `expected no less than session.idle (${idle})` }]
    : [{ path: [...path, 'idle'], message: `expected no more than session.absolute (${absolute})` }]
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
