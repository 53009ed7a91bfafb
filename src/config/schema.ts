import { z } from 'zod'
import { type AddressRange, isAddressRange, parseAddressRange } from '../net/address-range.ts'
import { alexaSchema } from './alexa-schema.ts'
import { audioSchema } from './audio-schema.ts'
import {
  file,
  flag,
  headerName,
  isOrigin,
  keys,
  list,
  listenAddress,
  name,
  oneOf,
  restart,
  type Surroundings,
  text,
} from './forms.ts'
import { limitsSchema } from './limits-schema.ts'
import { oauthSchema } from './oauth-schema.ts'
import { routeSchema } from './route-schema.ts'
import { tlsSchema } from './tls-schema.ts'
import { upstreamSchema } from './upstream-schema.ts'
import { usersSchema } from './users-schema.ts'

/**
 * The schema of `gateway.yaml`: every key with its type, default, unit and meaning. The configuration's types, its
 * error messages and docs/reference/configuration.md come from here. Each `error` ends the sentence "expected ...".
 */
export function configSchema(surroundings: Surroundings) {
  return keys({
    public_url: text('an https URL of host and port alone, such as https://home.example.org', isOrigin('https:'))
      .transform((url) => new URL(url).origin)
      .describe('How the world reaches the gateway; also its OAuth issuer.'),
    listen: keys({
      https: listenAddress()
        .optional()
        .describe('Where it serves. Absent only with `tls: none`, where `plain` takes its place.'),
      http: listenAddress().optional().describe('Where it only redirects to `public_url`; nowhere if absent.'),
      plain: listenAddress()
        .optional()
        .describe(
          'Where it serves without TLS, to `trusted_proxies` alone, which end TLS in front and say so with `X-Forwarded-Proto: https`.',
        ),
      proxy_protocol: flag().describe(
        'Whether connections of `trusted_proxies` begin with a header of the PROXY protocol (version 1 or 2), which tells the address of the client. On `https`, `http` and `plain`; theirs without one are cut off, and nobody else’s is read.',
      ),
      trusted_proxies: z
        .array(text('an address such as 192.168.1.2, or a range such as 10.0.0.0/8', isAddressRange), {
          error: 'a list of addresses',
        })
        .meta({ takes: 'a list of addresses' })
        .default([])
        .transform((ranges) => ranges.map((range) => parseAddressRange(range) as AddressRange))
        .describe(
          'Proxies of yours in front, which are believed what `X-Forwarded-For` says of a client, and on `plain` that it came by https. Only what you run yourself: not a whole network, nor the ranges of a provider.',
        ),
    }).describe('`host:port`; port 0 takes a free one.'),
    tls: tlsSchema(surroundings),
    data_dir: restart(file(surroundings, 'The folder of the database; made with mode 0700.')).prefault('data'),
    identity_headers: identityHeaders
      .prefault({})
      .describe('The headers that tell an upstream who is calling. No client can send them.'),
    upstreams: z
      .record(name(), upstreamSchema(surroundings), { error: 'a map of upstreams by name' })
      .describe('The servers behind the gateway.'),
    users: usersSchema(),
    oauth: oauthSchema(surroundings),
    audio: audioSchema(),
    routes: list(routeSchema(), 'a list of routes').describe('What is forwarded, redirected or answered where.'),
    alexa: alexaSchema(surroundings).prefault({}),
    limits: limitsSchema(),
    log: logSchema(surroundings),
    metrics: keys({
      listen: listenAddress().describe('Where they are served, without TLS and to everybody who gets there.'),
    })
      .optional()
      .describe('Numbers for Prometheus, at `/metrics` of an address of their own; none if absent.'),
  })
}

function logSchema(surroundings: Surroundings) {
  return keys({
    level: oneOf(['debug', 'info', 'warn', 'error']).default('info').describe('The least that is worth a line.'),
    format: restart(oneOf(['json', 'pretty']))
      .optional()
      .describe('`pretty` is for people, `json` for programs; `pretty` on a terminal and `json` elsewhere if absent.'),
    file: restart(file(surroundings, 'Where the lines go; to standard error if absent.')).optional(),
  })
    .prefault({})
    .describe('What the gateway writes about each request, and about itself.')
}

/** Apart, for the cross-check needs its defaults. */
export const identityHeaders = keys({
  user_id: headerName().default('X-Remote-User-Id').describe("The user's id, which never changes."),
  user_name: headerName().default('X-Remote-User-Name').describe('The name that the user signs in with.'),
  display_name: headerName().default('X-Remote-User-Display-Name').describe('The name that people call the user by.'),
  client_id: headerName().default('X-Auth-Client-Id').describe('The client that the access token was given to.'),
  scopes: headerName().default('X-Auth-Scopes').describe('The scopes of the access token, separated by spaces.'),
})

export type { FixedAnswer, Route } from './route-schema.ts'

export type Config = z.infer<ReturnType<typeof configSchema>>
export type Address = NonNullable<Config['listen']['https']>
export type ConfiguredUpstream = Config['upstreams'][string]
export type Commands = NonNullable<ConfiguredUpstream['commands']>
export type SecretSource = NonNullable<ConfiguredUpstream['token']>
export type Client = Config['oauth']['clients'][number]
export type ClientSecretSource = NonNullable<Client['secret']>
export type GrantType = Client['grant_types'][number]
export type AuthMethod = Client['auth_methods'][number]
export type Lifetimes = Config['oauth']['lifetimes']
export type IdentityHeaderNames = Config['identity_headers']
