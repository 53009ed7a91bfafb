import { z } from 'zod'
import {
  flag,
  isAnyOrigin,
  isHostName,
  isPathPattern,
  isRedirectTarget,
  keys,
  list,
  matches,
  oneOf,
  scopeNames,
  text,
} from './forms.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** The kinds of access that a route may ask for; each is a file in gateway/access/. */
export const AUTHS = [
  'bearer',
  'none',
  'session',
  'bearer-or-session',
  'alexa-skill',
  'alexa-directive',
  'signed-url',
  'mtls',
] as const

/** What becomes of a skill request of somebody who has linked no account. */
const ACCOUNTS = ['required', 'optional'] as const

/** What a route may lead to; the cross-check sees to it that it is one of them. */
export const ROUTE_TARGETS = ['upstream', 'redirect', 'respond'] as const

/** One of `routes`: which requests it takes, whom it lets in, and what it leads to. */
export function routeSchema() {
  return keys({
    host: text('a host name in lower case without a port, such as music.example.org', isHostName)
      .optional()
      .describe('The host whose requests it takes; those of any host if absent.'),
    path: text(
      'a path such as /api, or /imageproxy/* for all below it (nothing %-encoded, no //, . or ..)',
      isPathPattern,
    ).describe('An exact path, or one that ends in `/*`. The most exact route decides, wherever it stands.'),
    methods: list(oneOf(METHODS), 'a list of methods')
      .default([...METHODS])
      .describe('The methods it takes; others are answered 405.'),
    upstream: text('the name of an upstream')
      .optional()
      .describe('Where it leads: a name from `upstreams`. A route has this, `redirect` or `respond`.'),
    redirect: text('a path such as /music/, or an http or https URL (no user, no spaces, no \\)', isRedirectTarget)
      .optional()
      .describe('Where it sends the client, with status 308, in place of an upstream.'),
    respond: keys({
      status: status().describe('The status of the answer.'),
      body: z.string({ error: 'a text' }).meta({ takes: 'a text' }).default('').describe('What the answer says.'),
      type: text('a media type such as text/plain; charset=utf-8', matches(MEDIA_TYPE))
        .default('text/plain; charset=utf-8')
        .describe('The `Content-Type` of the body.'),
    })
      .optional()
      .describe('What it answers by itself, in place of an upstream.'),
    auth: oneOf(AUTHS).describe(
      '`bearer` asks for an access token, `session` for a browser in which somebody has signed in here, `bearer-or-session` for either of them; `alexa-skill` takes what Alexa has signed for one of its `skill_ids`; `alexa-directive` takes smart home and music directives that a Lambda passes on, with the access token in them or in `Authorization`, and answers failures as Alexa wants it; `signed-url` takes the URLs of streams that the gateway has handed out, as `audio` says; `mtls` takes devices with a certificate that `skillgate cert device` has made, and needs a `host` of its own that browsers are asked for one at; `none` lets everybody in.',
    ),
    pass_authorization: flag().describe(
      "Whether the `Authorization` of somebody whose browser is signed in, or whose device has shown its certificate, goes on to the upstream, in place of the gateway's own token: for a web app that people sign in to as well. An access token of this gateway never goes on.",
    ),
    scopes: scopeNames().default([]).describe('The scopes that the access token must have.'),
    skill_ids: list(
      text('the id of a skill such as amzn1.ask.skill.12345678-...', matches(/^amzn1\.[A-Za-z0-9._-]+$/)),
      'a list of ids of skills',
    )
      .optional()
      .describe('With `auth: alexa-skill`: the skills whose requests it takes, as the Alexa console calls them.'),
    account: oneOf(ACCOUNTS)
      .optional()
      .describe(
        'With `auth: alexa-skill`: `required` has Alexa ask people to link their account where there is no good access token in a request; `optional` passes such a request on, without identity. `required` if absent.',
      ),
    token: text('none', matches(/^none$/))
      .optional()
      .describe(
        "With `none` the upstream never gets a token, neither its own nor somebody's: only so may a route with `auth: none` lead to an upstream that has one.",
      ),
    websocket: flag().describe('Whether it takes WebSockets; only an upstream can.'),
    origins: list(
      text('an origin such as https://app.example.org, or app://name of an app', isAnyOrigin).transform(asBrowsersSay),
      'a list of origins',
    )
      .optional()
      .describe(
        'Whose pages may open its WebSockets, besides those of `public_url` and of its `host`. Programs, which send no `Origin`, always may.',
      ),
    cors: readers()
      .optional()
      .describe(
        "Whose pages may call it and read what it answers, without cookies: those of these origins, or of any (`'*'`). The gateway then answers preflights by itself, and what the upstream says of CORS is removed. If absent, that is the upstream's to say, but for preflights where `auth` asks for something. Only with an `upstream` or `respond`, and `auth: bearer`, `none` or `signed-url`.",
      ),
    rewrite: oneOf(['audio'])
      .optional()
      .describe(
        'With `audio`, the URLs of streams in its JSON answers (up to 4 MiB) become signed ones of `public_url`, as `audio` says.',
      ),
    sandbox: flag(true).describe(
      'Whether browsers keep its pages apart from the pages here on which people sign in and approve, by a CSP of the kind `sandbox`. Pages that are kept apart can neither call their own server nor keep anything in the browser: a web app needs `false`. Its scripts, and whatever gets into them, are then of one origin with those pages, and only what browsers tell of a request keeps them from it.',
    ),
  }).transform((given) => given as Route)
}

/** Whose pages may read an answer. */
function readers() {
  const expected = "'*', or a list of origins such as [https://app.example.org]"
  const origin = text('an origin such as https://app.example.org, or app://name of an app', isAnyOrigin)
  return z
    .union([z.literal('*'), list(origin.transform(asBrowsersSay), 'a list of origins')], { error: expected })
    .meta({ takes: expected })
}

/** An origin has no trailing slash and no default port. Only web origins have another way to be written. */
function asBrowsersSay(origin: string): string {
  return /^https?:/i.test(origin) ? new URL(origin).origin : origin
}

/** RFC 9110 section 8.3.1. */
const MEDIA_TYPE =
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+( *; *[\w!#$%&'*+.^`|~-]+=([\w!#$%&'*+.^`|~-]+|"[ !#-[\]-~]*"))*$/

function status() {
  const expected = 'a whole number from 200 to 599'
  return z
    .int({ error: expected })
    .min(200, { error: expected })
    .max(599, { error: expected })
    .meta({ takes: expected })
}

export interface Matching {
  host?: string | undefined
  path: string
  methods: (typeof METHODS)[number][]
  auth: (typeof AUTHS)[number]
  scopes: string[]
  skill_ids?: string[] | undefined
  account?: (typeof ACCOUNTS)[number] | undefined
  pass_authorization: boolean
  token?: 'none' | undefined
  websocket: boolean
  origins?: string[] | undefined
  cors?: '*' | string[] | undefined
  rewrite?: 'audio' | undefined
  sandbox: boolean
}

/** What the gateway answers by itself. */
export interface FixedAnswer {
  status: number
  body: string
  type: string
}

/** Which of the three is there tells what the route leads to. */
export type Route = Matching &
  (
    | { upstream: string; redirect?: undefined; respond?: undefined }
    | { upstream?: undefined; redirect: string; respond?: undefined }
    | { upstream?: undefined; redirect?: undefined; respond: FixedAnswer }
  )
