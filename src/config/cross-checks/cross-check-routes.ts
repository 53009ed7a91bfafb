import { z } from 'zod'
import type { Mistake } from '../mistake.ts'
import { isOwnPath } from '../own-paths.ts'
import { AUTHS, ROUTE_TARGETS } from '../route-schema.ts'
import { kindOf, names, word } from './drafts.ts'

/** As much of a route as its keys depend on each other, however wrong the rest may be. */
export const draftRoute = z.object({
  host: word,
  path: word,
  methods: names,
  upstream: z.unknown().optional(),
  redirect: z.unknown().optional(),
  respond: z.unknown().optional(),
  auth: word,
  scopes: names,
  skill_ids: z.unknown().optional(),
  account: z.unknown().optional(),
  pass_authorization: z.unknown().optional(),
  token: z.unknown().optional(),
  websocket: z.boolean().optional().catch(undefined),
  origins: z.unknown().optional(),
  cors: z.unknown().optional(),
  sandbox: z.unknown().optional(),
  rewrite: word,
})

export type DraftRoute = z.infer<typeof draftRoute>

/** What of a route contradicts itself, another route, or the paths that the gateway itself answers. */
export function routeMistakes(
  routes: (DraftRoute | undefined)[],
  { basePath, upstreams = {} }: { basePath: string; upstreams?: Record<string, unknown> | undefined },
): Mistake[] {
  return routes.flatMap((route, i) => {
    if (!route) return []
    const mistakes = [
      ...pathMistakes(route, routes.slice(0, i), basePath),
      ...targetMistakes(route),
      ...accessMistakes(route),
      ...skillMistakes(route),
      ...strangerMistakes(route, upstreams),
      ...judgedMistakes(route, upstreams),
    ]
    return mistakes.map(({ path, message }) => ({ path: ['routes', i, ...path], message }))
  })
}

function pathMistakes(route: DraftRoute, before: (DraftRoute | undefined)[], basePath: string): Mistake[] {
  if (route.path === undefined) return []
  if (isOwnPath(basePath, route.path))
    return [{ path: ['path'], message: `expected another path, the gateway itself answers at ${route.path}` }]
  const first = before.findIndex((other) => other && samePlace(other, route) && overlap(other.methods, route.methods))
  if (first < 0) return []
  return [
    { path: ['path'], message: `expected a path or methods of its own, routes[${first}] takes the same requests` },
  ]
}

function samePlace(some: DraftRoute, other: DraftRoute): boolean {
  return some.path === other.path && some.host === other.host
}

function overlap(some: string[] | undefined, others: string[] | undefined): boolean {
  return !some || !others || some.some((method) => others.includes(method))
}

/** The kinds of access that let nobody in by what a browser sends along by itself. */
const FOR_PAGES_OF_OTHERS = ['bearer', 'none', 'signed-url']

/** A route leads to one thing. */
function targetMistakes(route: DraftRoute): Mistake[] {
  const [target, ...more] = ROUTE_TARGETS.filter((key) => route[key] !== undefined)
  if (target === undefined) return [{ path: [], message: `expected one of the keys ${ROUTE_TARGETS.join(', ')}` }]
  const mistakes: Mistake[] = more.map((key) => ({
    path: [key],
    message: `expected none, for ${target} says where it leads`,
  }))
  if (target !== 'upstream' && route.websocket === true)
    mistakes.push({ path: ['websocket'], message: 'expected none, for only an upstream takes WebSockets' })
  if (target !== 'upstream' && route.sandbox !== undefined)
    mistakes.push({ path: ['sandbox'], message: 'expected none, for only pages of an upstream are kept apart' })
  if (target === 'redirect' && route.cors !== undefined)
    mistakes.push({ path: ['cors'], message: 'expected none, for where a page is sent on there is nothing to read' })
  if (target !== 'upstream' && route.token !== undefined)
    mistakes.push({ path: ['token'], message: 'expected none, for only an upstream gets one' })
  const { status, body } = z.looseObject({}).catch({}).parse(route.respond)
  if (WITHOUT_BODY.includes(status) && body !== undefined && body !== '')
    mistakes.push({ path: ['respond', 'body'], message: `expected none, for an answer ${status} has no body` })
  return mistakes
}

/** RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5. */
const WITHOUT_BODY: unknown[] = [204, 205, 304]

/** The kinds of access that ask for an access token, which may have to have scopes. */
const TAKING_SCOPES = ['bearer', 'bearer-or-session', 'alexa-skill', 'alexa-directive']

/** The kinds of access that let in who is there in person: who has signed in in a browser, or has a device of theirs. */
const SIGNED_IN = ['session', 'bearer-or-session', 'mtls']

function accessMistakes(route: DraftRoute): Mistake[] {
  const mistakes: Mistake[] = []
  const isOther = AUTHS.some((auth) => auth === route.auth && !TAKING_SCOPES.includes(auth))
  if (isOther && route.scopes?.length)
    mistakes.push({ path: ['scopes'], message: `expected none, for auth: ${route.auth} asks for no token` })
  if (route.pass_authorization === true && route.auth !== undefined && !SIGNED_IN.includes(route.auth))
    mistakes.push({
      path: ['pass_authorization'],
      message: `expected auth: session besides, for only a browser that is signed in may sign in to an upstream as well`,
    })
  if (route.pass_authorization === true && route.upstream === undefined)
    mistakes.push({ path: ['pass_authorization'], message: 'expected none, for only an upstream gets anything' })
  if (route.origins !== undefined && route.websocket !== true)
    mistakes.push({ path: ['origins'], message: 'expected websocket: true besides, for origins are asked there only' })
  if (route.websocket === true && route.methods?.includes('GET') === false)
    mistakes.push({ path: ['methods'], message: 'expected GET among them, for a WebSocket begins with it' })
  const lets = AUTHS.some((auth) => auth === route.auth && !FOR_PAGES_OF_OTHERS.includes(auth))
  if (route.cors !== undefined && lets)
    mistakes.push({
      path: ['cors'],
      message: `expected none, for pages of others come in by auth: bearer, none or signed-url, not by ${route.auth}`,
    })
  if (route.auth === 'alexa-directive') mistakes.push(...directiveMistakes(route))
  return mistakes
}

/** A directive is the body of a POST, for somebody who does what it says. */
function directiveMistakes(route: DraftRoute): Mistake[] {
  const mistakes: Mistake[] = []
  if (route.upstream === undefined)
    mistakes.push({ path: ['auth'], message: 'expected another, for only an upstream does what a directive says' })
  if (route.methods?.join() !== 'POST')
    mistakes.push({ path: ['methods'], message: 'expected [POST], for that is how a directive comes' })
  if (route.websocket === true)
    mistakes.push({ path: ['websocket'], message: 'expected none, for a directive comes through no WebSocket' })
  return mistakes
}

/** A skill has one address, and Alexa only ever posts to it. */
function skillMistakes(route: DraftRoute): Mistake[] {
  const { auth, path, methods, skill_ids, account, websocket } = route
  if (auth === undefined || !AUTHS.some((known) => known === auth)) return []
  const mistakes: Mistake[] = []
  if (auth !== 'alexa-skill') {
    const needless = Object.entries({ skill_ids, account }).filter(([, value]) => value !== undefined)
    return needless.map(([key]) => ({ path: [key], message: `expected auth: alexa-skill besides, not ${auth}` }))
  }
  if (skill_ids === undefined)
    mistakes.push({ path: ['skill_ids'], message: 'expected a list, for Alexa signs the requests of all skills alike' })
  if (methods?.length !== 1 || methods[0] !== 'POST')
    mistakes.push({ path: ['methods'], message: 'expected [POST], for Alexa sends skills nothing else' })
  if (path?.endsWith('/*'))
    mistakes.push({ path: ['path'], message: 'expected an exact path, for a skill has one address' })
  if (websocket === true) mistakes.push({ path: ['websocket'], message: 'expected none, for Alexa opens none' })
  return mistakes
}

/** Who comes in as nobody must not act as the owner of the gateway's own token. */
function strangerMistakes({ auth, upstream, token: sent }: DraftRoute, upstreams: Record<string, unknown>): Mistake[] {
  if (auth !== 'none' || typeof upstream !== 'string' || !Object.hasOwn(upstreams, upstream)) return []
  const { token } = z.looseObject({}).catch({}).parse(upstreams[upstream])
  if (token === undefined || sent !== undefined) return []
  const message = `expected an upstream without a token, for auth: none lets strangers in: add token: none here, and they come without it`
  return [{ path: ['upstream'], message }]
}

/** Whoever signs in at the upstream by themselves is nobody whose commands could be judged by what a client may do. */
function judgedMistakes({ pass_authorization, upstream }: DraftRoute, upstreams: Record<string, unknown>): Mistake[] {
  if (pass_authorization !== true || typeof upstream !== 'string') return []
  if (kindOf(upstreams, upstream) !== 'music-assistant') return []
  const { url } = z.looseObject({}).parse(upstreams[upstream])
  const another = `${upstream}-ui: { url: ${typeof url === 'string' ? url : '...'} }`
  const message = `expected an upstream without a kind, for people sign in to its web app by themselves: add ${another} to upstreams and write upstream: ${upstream}-ui here`
  return [{ path: ['upstream'], message }]
}
