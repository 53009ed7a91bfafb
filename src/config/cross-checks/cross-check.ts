import { z } from 'zod'
import { shown } from '../describe-mistake.ts'
import type { Mistake } from '../mistake.ts'
import { basePath as basePathSchema, session } from '../oauth-schema.ts'
import { identityHeaders } from '../schema.ts'
import { alexaMistakes, draftAlexa } from './cross-check-alexa.ts'
import { audioMistakes, draftAudio } from './cross-check-audio.ts'
import { clientMistakes, draftClient } from './cross-check-clients.ts'
import { commandMistakes } from './cross-check-commands.ts'
import { conversationMistakes } from './cross-check-conversations.ts'
import { deviceMistakes } from './cross-check-devices.ts'
import { draftLifetimes, lifetimeMistakes } from './cross-check-lifetimes.ts'
import { draftRoute, routeMistakes } from './cross-check-routes.ts'
import { draftListen, draftTls, tlsMistakes } from './cross-check-tls.ts'
import { draftUsers, userMistakes } from './cross-check-users.ts'
import { named, names, number, word } from './drafts.ts'
import { oneOf, unknownUpstream } from './one-of.ts'

const draftOauth = {
  base_path: word,
  scopes: named,
  default_scopes: names,
  lifetimes: draftLifetimes,
  registration: z.object({ scopes: names }).catch({}),
  client_metadata_documents: z.object({ scopes: names }).catch({}),
  session: z.object({ idle: number, absolute: number }).catch({}),
  clients: z.array(draftClient.optional().catch(undefined)).catch([]),
}

/** As much of a configuration as refers to other parts of it, however wrong the rest may be. */
const draft = z.object({
  public_url: word,
  listen: draftListen.partial().optional().catch(undefined),
  tls: draftTls.optional().catch(undefined),
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
  const { data } = draft.safeParse(value)
  if (!data) return []
  const { users, upstreams, oauth, routes, audio, alexa } = data
  const basePath = oauth.base_path ?? basePathSchema.parse(undefined)
  return [
    ...sameAddress(data),
    ...(data.listen ? tlsMistakes(data.tls, data.listen) : []),
    ...unknownUpstreams(data),
    ...needlessAuthorities(data),
    ...userMistakes(users, upstreams),
    ...unknownScopes(data),
    ...commandMistakes(upstreams, oauth.scopes && Object.keys(oauth.scopes)),
    ...sessionMistakes(data),
    ...lifetimeMistakes(oauth),
    ...clientMistakes(oauth.clients),
    ...routeMistakes(routes, { basePath, upstreams }),
    ...deviceMistakes(routes, { publicUrl: data.public_url, hasTls: data.tls?.source !== 'none' }),
    ...conversationMistakes(routes, upstreams),
    ...audioMistakes(audio, routes, upstreams),
    ...alexaMistakes(alexa, { basePath, upstreams, routes }),
    ...repeatedHeaders(data),
  ]
}

function sameAddress({ listen = {}, metrics }: Draft): Mistake[] {
  const addresses: [PropertyKey[], string | undefined][] = [
    [['listen', 'https'], listen.https],
    [['listen', 'http'], listen.http],
    [['listen', 'plain'], listen.plain],
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
  return routes.flatMap((route, i) => unknownUpstream(['routes', i, 'upstream'], route?.upstream, upstreams))
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
    [['oauth', 'client_metadata_documents', 'scopes'], oauth.client_metadata_documents.scopes],
    ...oauth.clients.map((client, i): [PropertyKey[], string[] | undefined] => [
      ['oauth', 'clients', i, 'scopes'],
      client?.scopes,
    ]),
    ...routes.map((route, i): [PropertyKey[], string[] | undefined] => [['routes', i, 'scopes'], route?.scopes]),
  ]
  return lists.flatMap(([path, scopes = []]) =>
    scopes.flatMap((scope, i) => (known.includes(scope) ? [] : [oneOf([...path, i], 'oauth.scopes', known)])),
  )
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
