import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import type { Client, Config } from '../../config/schema.ts'
import { INVOCATION_NAME, LOCALES } from '../skill/model/interaction-model.ts'
import { alexaRedirectUris } from './alexa-client.ts'
import { endpointCertificate, IN_CONSOLE } from './endpoint-certificate.ts'

export interface ConsolePage {
  /** Where it is in the developer console. */
  title: string
  /** What a field is called, and what goes there. */
  fields: [string, string][]
}

/** What `skillgate alexa console` says, page by page of the developer console. Never a secret. */
export function consolePages(config: Config, client: Client, certificate?: ServerCertificate): ConsolePage[] {
  const { public_url, oauth } = config
  const base = `${public_url}${oauth.base_path}`
  const account: ConsolePage = {
    title: 'Build, Tools, Account Linking',
    fields: [
      ['Do you allow users to create an account or link to an existing account', 'yes'],
      ['Allow users to enable skill without account linking', 'no'],
      ['Authorization grant type', 'Auth Code Grant'],
      ['Your Web Authorization URI', `${base}/authorize`],
      ['Access Token URI', `${base}/token`],
      ['Your Client ID', client.id],
      ['Your Secret', whereSecretIs(client)],
      ['Your Authentication Scheme', schemeOf(client)],
      ...client.scopes.map((scope): [string, string] => ['Scope', scope]),
      ['Domain List', 'empty: the pages load nothing from elsewhere'],
      ['Default Access Token Expiration Time', String(client.lifetimes.access_token ?? oauth.lifetimes.access_token)],
      ['PKCE, where it is offered', 'on'],
      ...alexaRedirectUris(client).known.map((uri): [string, string] => ['Alexa Redirect URLs, which it shows', uri]),
    ],
  }
  return [...skillPages(config, certificate), account]
}

function skillPages({ public_url, oauth, alexa: { skill } }: Config, certificate?: ServerCertificate): ConsolePage[] {
  if (!skill) return []
  return [
    {
      title: 'Your Skills',
      fields: skill.ids.map((id) => ['Skill ID, which it shows', id]),
    },
    {
      title: 'Build, Assets, Endpoint',
      fields: [
        ['Service Endpoint Type', 'HTTPS'],
        ['Default Region', skillUrl({ public_url, oauth })],
        ['SSL certificate type', IN_CONSOLE[endpointCertificate(certificate, new URL(public_url).hostname)]],
      ],
    },
    {
      title: 'Build, Interaction Model, JSON Editor',
      fields: [
        ['Skill Invocation Name', INVOCATION_NAME],
        ['Languages', LOCALES.join(', ')],
        ['The models', 'npx skillgate alexa package DIR writes them, one for each language'],
      ],
    },
  ]
}

/** Where Alexa posts what people say. */
export function skillUrl({ public_url, oauth }: Pick<Config, 'public_url' | 'oauth'>): string {
  return `${public_url}${oauth.base_path}/skill`
}

function whereSecretIs({ id, secret }: Client): string {
  if (!secret) return 'there is none: a client of Alexa needs one'
  if ('hash' in secret) return `only its hash is kept: npx skillgate client secret ${id} --renew makes another one`
  const place = 'file' in secret ? `what is in ${secret.file}` : `the value of \${${secret.variable}}`
  return `${place}; npx skillgate client secret ${id} shows it`
}

function schemeOf({ auth_methods }: Client): string {
  if (auth_methods.length > 1) return 'HTTP Basic, or Credentials in request body'
  return auth_methods[0] === 'client_secret_post' ? 'Credentials in request body' : 'HTTP Basic (Recommended)'
}
