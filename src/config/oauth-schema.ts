import { z } from 'zod'
import { clientDocumentsSchema } from './client-documents-schema.ts'
import {
  flag,
  keys,
  list,
  matches,
  oneOf,
  type Surroundings,
  scopeName,
  scopeNames,
  seconds,
  secretOrHash,
  secretSource,
  text,
} from './forms.ts'
import { checkRedirectUriForm, isOfApp, REDIRECT_URI_FORM } from './redirect-uri-form.ts'

// These stand apart, for the cross-check needs their defaults.

export const basePath = text('a path such as /alexa', matches(/^(\/[A-Za-z0-9_-]+)+$/)).default('/alexa')

export const lifetimes = keys({
  code: code().default(300),
  access_token: accessToken().default(3600),
  refresh_token: refreshToken().optional(),
  refresh_grace: refreshGrace().default(60),
})

export const session = keys({
  idle: seconds(60, 604_800).default(3600).describe('How long somebody who does nothing stays signed in.'),
  absolute: seconds(60, 2_592_000).default(43_200).describe('How long anybody stays signed in at the most.'),
})

/** The section `oauth`: the authorization server and its clients. */
export function oauthSchema(surroundings: Surroundings) {
  return keys({
    base_path: basePath.describe('Where the OAuth endpoints are: `authorize`, `token` and so on.'),
    scopes: z
      .record(scopeName(), meaning(), { error: 'a map of scopes by name' })
      .describe('What can be allowed, each with its line on the consent page.'),
    default_scopes: scopeNames()
      .default(['music.read', 'music.control'])
      .describe('What a client gets, as far as it may, when it asks for nothing in particular.'),
    lifetimes: lifetimes.prefault({}).describe('How long things live, in seconds.'),
    session: session
      .prefault({})
      .describe('For how many seconds a browser in which somebody signed in needs only the consent.'),
    registration: keys({
      enabled: flag().describe(
        'Whether clients may register themselves at `register` (RFC 7591) with the initial access token; `open` implies it.',
      ),
      open: flag().describe(
        'Whether any client may do so without a token, at any time. `skillgate client allow --for 10m` does the same for a while.',
      ),
      initial_access_token: secretSource(surroundings)
        .prefault({ file: 'data/registration.token' })
        .describe('The token that a client needs to register. The file is made at the first start, with mode 0600.'),
      scopes: scopeNames()
        .optional()
        .describe('What such a client may ask for at the most: `default_scopes` if absent.'),
    })
      .prefault({})
      .describe('Clients that register themselves.'),
    client_metadata_documents: clientDocumentsSchema(),
    clients: list(client(surroundings), 'a list of clients').describe('Who may ask people for access.'),
  }).describe('The authorization server.')
}

/** One sentence for everybody, or one for each language of the pages. */
function meaning() {
  const sentence = () => text('what the scope allows, in words for the consent page')
  const expected = 'what the scope allows, in words for the consent page, or { en: ..., de: ... }'
  return z
    .union([sentence(), keys({ en: sentence(), de: sentence() })], { error: expected })
    .meta({ takes: expected })
    .transform((value) => (typeof value === 'string' ? { en: value, de: value } : value))
}

export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'device_code'] as const
type GrantTypes = (typeof GRANT_TYPES)[number][]
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post'] as const

function client(surroundings: Surroundings) {
  return keys({
    id: text('letters, digits and ._- as in amazon-alexa', matches(/^[A-Za-z0-9._-]{1,100}$/)).describe(
      'Its `client_id`.',
    ),
    name: text('the name that people know it by').describe('How the consent page calls it.'),
    public: flag().describe(
      'Whether it can keep no secret, as an app on a phone. It then has none, and has to use PKCE.',
    ),
    secret: secretOrHash(surroundings)
      .optional()
      .describe('Its `client_secret`. A file is made at the first start, with mode 0600. A public client has none.'),
    redirect_uris: list(text(REDIRECT_URI_FORM, checkRedirectUriForm), 'a list of redirect URIs')
      .optional()
      .describe(
        'Where people may be sent back to. Compared letter by letter; only the port of a loopback address (`http://127.0.0.1/callback`) of a public client may be any.',
      ),
    scopes: list(scopeName(), 'a list of scopes').optional().describe('What it may ask for at the most.'),
    grant_types: list(oneOf(GRANT_TYPES), 'a list of grant types')
      .optional()
      .describe(
        'How it may get tokens: `[authorization_code, refresh_token]` if absent; nothing, for a resource server without redirect URIs.',
      ),
    pkce: oneOf(['required', 'optional'])
      .optional()
      .describe(
        '`required` of a public client and of one with the scheme of an app among its redirect URIs, else `optional`.',
      ),
    auth_methods: list(oneOf(AUTH_METHODS), 'a list of authentication methods')
      .optional()
      .describe('How it may prove who it is: both if absent. A public client has none.'),
    refresh: oneOf(['keep', 'rotate'])
      .optional()
      .describe(
        '`keep` lets a refresh token go on working, `rotate` replaces it at each use: of a public client always, of others if set.',
      ),
    resource_server: flag().describe('Whether it is an API that may ask at `introspect` about any token.'),
    lifetimes: keys({
      code: code().optional(),
      access_token: accessToken().optional(),
      refresh_token: refreshToken().optional(),
      refresh_grace: refreshGrace().optional(),
    })
      .prefault({})
      .describe('Where its seconds differ from `oauth.lifetimes`.'),
  }).transform(withDefaults)
}

interface Given {
  public: boolean
  resource_server: boolean
  redirect_uris?: string[]
  scopes?: string[]
  grant_types?: GrantTypes
  pkce?: 'required' | 'optional'
  auth_methods?: (typeof AUTH_METHODS)[number][]
  refresh?: 'keep' | 'rotate'
}

/** The grants of a client that names none: nothing, for a resource server that only asks about tokens. */
export function grantTypesOf({
  resource_server,
  redirect_uris,
  grant_types,
}: {
  resource_server: boolean
  redirect_uris?: unknown
  grant_types?: string[] | undefined
}): string[] {
  if (grant_types) return grant_types
  return resource_server && redirect_uris === undefined ? [] : ['authorization_code', 'refresh_token']
}

/** What one key leaves open depends on the others. */
function withDefaults<Client extends Given>(given: Client) {
  return {
    ...given,
    redirect_uris: given.redirect_uris ?? [],
    scopes: given.scopes ?? [],
    grant_types: grantTypesOf(given) as GrantTypes,
    pkce: given.pkce ?? (given.public || given.redirect_uris?.some(isOfApp) ? 'required' : 'optional'),
    auth_methods: given.auth_methods ?? (given.public ? [] : [...AUTH_METHODS]),
    refresh: given.refresh ?? (given.public ? 'rotate' : 'keep'),
  }
}

function code() {
  return seconds(10, 600).describe('An authorization code.')
}

function accessToken() {
  return seconds(60, 86_400).describe('An access token. Alexa wants 360 at least.')
}

function refreshToken() {
  return seconds(3600, 315_360_000).describe(
    'A refresh token, from its last use on, and the link with it. If absent, one that is kept never ends by itself, and one that rotates after 7776000 (90 days).',
  )
}

function refreshGrace() {
  return seconds(0, 600).describe(
    'How long a rotated refresh token may be sent again, for a client whose answer got lost.',
  )
}
