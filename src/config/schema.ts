import { resolve } from 'node:path'
import { z } from 'zod'
import { checkRedirectUriForm, REDIRECT_URI_FORM } from './redirect-uri-form.ts'

/** What relative paths and `${NAME}` in the file refer to. */
export interface Surroundings {
  folder: string
  variables: Record<string, string | undefined>
}

/**
 * The schema of `gateway.yaml`: every key with its type, default, unit and meaning. The configuration's types, its
 * error messages and docs/reference/configuration.md come from here. Each `error` ends the sentence "expected ...".
 */
export function configSchema({ folder, variables }: Surroundings) {
  const file = (meaning: string) =>
    text('a path')
      .transform((path) => resolve(folder, path))
      .describe(meaning)

  const secret = z
    .union([keys({ file: file('a file with the secret as its only line') }), z.string()], { error: SECRET_FORM })
    .meta({ takes: SECRET_FORM })
    .transform((value, context) => {
      if (typeof value === 'object') return value
      const name = /^\$\{(\w+)\}$/.exec(value)?.[1]
      const found = name && Object.hasOwn(variables, name) ? variables[name]?.trim() : undefined
      if (found && /^[\x20-\x7e]+$/.test(found)) return { value: found }
      const what = found ? 'one line of ASCII characters' : 'a value'
      const message = name
        ? `${what} in the environment variable ${name}, there is ${found ? 'more' : 'none'}`
        : SECRET_FORM
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })

  const upstream = keys({
    url: text('an http or https URL of host and port alone, such as http://127.0.0.1:8095', isOrigin('http:', 'https:'))
      .transform((url) => new URL(url).origin)
      .describe('Where it listens.'),
    token: secret
      .optional()
      .describe(
        'What the gateway itself signs in with there, sent as `Authorization: Bearer`. Music Assistant needs one: make a long-lived one in your profile settings there, each year.',
      ),
    response_timeout: seconds(1, 3600).default(30).describe('Seconds to wait for the beginning of an answer.'),
  })

  const client = keys({
    id: text('letters, digits and ._- as in amazon-alexa', matches(/^[A-Za-z0-9._-]{1,100}$/)).describe(
      'Its `client_id`.',
    ),
    name: text('the name that people know it by').describe('How the consent page calls it.'),
    public: flag().describe(
      'Whether it can keep no secret, as an app on a phone. It then has none, and has to use PKCE.',
    ),
    secret: secret
      .optional()
      .describe('Its `client_secret`. A file is made at the first start, with mode 0600. A public client has none.'),
    redirect_uris: list(text(REDIRECT_URI_FORM, checkRedirectUriForm), 'a list of redirect URIs').describe(
      'Where people may be sent back to. Compared letter by letter.',
    ),
    scopes: list(scopeName(), 'a list of scopes').describe('What it may ask for at the most.'),
  })

  const route = keys({
    path: text(
      'a path such as /api, or /imageproxy/* for all below it (nothing %-encoded, no //, . or ..)',
      isPathPattern,
    ).describe('An exact path, or one that ends in `/*`. The most exact route decides, wherever it stands.'),
    methods: list(oneOf(METHODS), 'a list of methods')
      .default([...METHODS])
      .describe('The methods it takes; others are answered 405.'),
    upstream: text('the name of an upstream').describe('Where it leads: a name from `upstreams`.'),
    auth: oneOf(['bearer', 'none']).describe('`bearer` asks for an access token, `none` lets everybody in.'),
    scopes: scopeNames().default([]).describe('The scopes that the access token must have.'),
    websocket: flag().describe('Whether it takes WebSockets.'),
  })

  return keys({
    public_url: text('an https URL of host and port alone, such as https://home.example.org', isOrigin('https:'))
      .transform((url) => new URL(url).origin)
      .describe('How the world reaches the gateway; also its OAuth issuer.'),
    listen: keys({
      https: listenAddress().describe('Where it serves.'),
      http: listenAddress().optional().describe('Where it only redirects to `public_url`; nowhere if absent.'),
    }).describe('`host:port`; port 0 takes a free one.'),
    tls: z
      .discriminatedUnion(
        'source',
        [
          keys({
            source: z.literal('local').describe('A CA of its own, made at the first start.'),
            directory: file('Where the local CA and its certificate are kept.').prefault('certs'),
          }),
          keys({
            source: z.literal('files').describe('What somebody else keeps fresh.'),
            certificate: file('The PEM certificate, followed by its chain.'),
            key: file('The PEM key.'),
          }),
        ],
        { error: '{ source: local } or { source: files, certificate: ..., key: ... }' },
      )
      .describe('The certificate that it serves.'),
    data_dir: file('The folder of the database; made with mode 0700.').prefault('data'),
    identity_headers: identityHeaders
      .prefault({})
      .describe('The headers that tell an upstream who is calling. No client can send them.'),
    upstreams: z
      .record(name(), upstream, { error: 'a map of upstreams by name' })
      .describe('The servers behind the gateway.'),
    oauth: keys({
      base_path: text('a path such as /alexa', matches(/^(\/[A-Za-z0-9_-]+)+$/))
        .default('/alexa')
        .describe('Where the OAuth endpoints are: `authorize`, `approve`, `token`.'),
      scopes: z
        .record(scopeName(), text('what the scope allows, in words for the consent page'), {
          error: 'a map of scopes by name',
        })
        .describe('What can be allowed, each with its line on the consent page.'),
      default_scopes: scopeNames()
        .default(['music.read', 'music.control'])
        .describe('What a client gets, as far as it may, when it asks for nothing in particular.'),
      clients: list(client, 'a list of clients').describe('Who may ask people for access.'),
    }).describe('The authorization server.'),
    routes: list(route, 'a list of routes').describe('What is forwarded where.'),
  })
}

/** Apart, for the cross-check needs its defaults. */
export const identityHeaders = keys({
  user_id: headerName().default('X-Remote-User-Id').describe("The user's id, which never changes."),
  user_name: headerName().default('X-Remote-User-Name').describe('The name that the user signs in with.'),
  display_name: headerName().default('X-Remote-User-Display-Name').describe('The name that people call the user by.'),
  client_id: headerName().default('X-Auth-Client-Id').describe('The client that the access token was given to.'),
  scopes: headerName().default('X-Auth-Scopes').describe('The scopes of the access token, separated by spaces.'),
})

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

const SECRET_FORM = '{ file: ... } or ${ENV_NAME}, so that no secret stands in this file'

/** A map with these keys and no others. */
function keys<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `one of the keys ${known}` : `a map with the keys ${known}`),
  })
}

function text(expected: string, test: (value: string) => boolean = () => true) {
  return z
    .string({ error: expected })
    .refine((value) => value !== '' && test(value), { error: expected })
    .meta({ takes: expected })
}

function oneOf<const Values extends readonly string[]>(values: Values) {
  const expected = `one of ${values.join(', ')}`
  return z.enum(values, { error: expected }).meta({ takes: expected })
}

function flag() {
  return z.boolean({ error: 'true or false' }).meta({ takes: 'true or false' }).default(false)
}

function list<Item extends z.ZodType>(item: Item, kind: string) {
  const expected = `${kind} with at least one`
  return z.array(item, { error: expected }).min(1, { error: expected }).meta({ takes: expected })
}

function scopeNames() {
  return z.array(scopeName(), { error: 'a list of scopes' }).meta({ takes: 'a list of scopes' })
}

function seconds(least: number, most: number) {
  const expected = `whole seconds from ${least} to ${most}`
  return z
    .int({ error: expected })
    .min(least, { error: expected })
    .max(most, { error: expected })
    .meta({ takes: expected })
}

function name() {
  return text('a name of letters, digits, - and _', matches(/^[A-Za-z0-9_-]+$/))
}

/** RFC 6749 section 3.3. */
function scopeName() {
  return text('a scope such as music.read', matches(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
}

function headerName() {
  // Others would get in the way of what upstreams know, as X-Forwarded-For, which the gateway sets itself.
  const form = /^(x-(?!forwarded-(for|host|proto)$|real-ip$)|remote-)[a-z0-9-]+$/i
  return text('a header name such as X-Remote-User-Id', matches(form))
}

function listenAddress() {
  const parts = /^(?<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(?<port>\d{1,5})$/
  return text(
    'host:port with a port from 0 to 65535, such as 0.0.0.0:8443',
    (value) => Number(parts.exec(value)?.groups?.port ?? Number.NaN) <= 65_535,
  ).transform((value) => {
    const { host = '', port } = parts.exec(value)?.groups ?? {}
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
  })
}

function matches(form: RegExp) {
  return (value: string) => form.test(value)
}

/** In any spelling, such as with the default port; but with no user, path, query, or fragment. */
function isOrigin(...protocols: string[]) {
  const form = /^https?:\/\/([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:\d+)?$/i
  return (value: string) => protocols.includes(URL.parse(value)?.protocol ?? '') && form.test(value)
}

/** Plain characters only, so that a pattern has one spelling: nothing encoded, no `//`, no dot segments. */
function isPathPattern(value: string): boolean {
  return (
    /^\/$|^(\/[A-Za-z0-9_~!$&'()+,=:@.-]+)*\/?\*?$/.test(value) &&
    /^\//.test(value) &&
    !/\/\.{1,2}(\/|$)|[^/]\*$/.test(value)
  )
}

export type Config = z.infer<ReturnType<typeof configSchema>>
export type Address = Config['listen']['https']
export type Upstream = Config['upstreams'][string]
export type SecretSource = NonNullable<Upstream['token']>
export type Route = Config['routes'][number]
export type Client = Config['oauth']['clients'][number]
export type IdentityHeaderNames = Config['identity_headers']
