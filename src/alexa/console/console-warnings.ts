import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import type { Client, Config } from '../../config/schema.ts'
import { alexaRedirectUris } from './alexa-client.ts'

/** Alexa refreshes a token that lives shorter all the time, or not at all. Seconds. */
const ACCESS_TOKEN_MINIMUM = 360

/** What will not work however well the console is filled in, in sentences. */
export function consoleWarnings(
  { public_url, oauth, alexa, tls }: Config,
  client: Client,
  certificate?: ServerCertificate,
): string[] {
  const found: string[] = []
  if (new URL(public_url).port) {
    found.push(
      `Alexa calls port 443 only, and public_url (${public_url}) has another: it never gets here, without any error.`,
    )
  }
  if (tls.source === 'local') {
    found.push(
      'Alexa wants a certificate that everybody trusts, not one of the local CA: set tls: { source: files, ... }.',
    )
  } else if (!certificate) {
    found.push(
      'The certificate is that of the proxy in front, which nobody here has seen: it has to be one that everybody trusts, with its chain. Where it is for *.DOMAIN alone, choose the type of a wildcard.',
    )
  } else found.push(...certificate.warnings.map((one) => `The certificate: ${one}`))
  if (client.public) found.push(`${client.id} is a public client: the console wants a secret.`)
  found.push(...redirectWarnings(client))
  const lifetime = client.lifetimes.access_token ?? oauth.lifetimes.access_token
  if (lifetime < ACCESS_TOKEN_MINIMUM) {
    found.push(`Access tokens of ${client.id} live ${lifetime} s; Alexa wants ${ACCESS_TOKEN_MINIMUM} at least.`)
  }
  if (client.scopes.length > 15) found.push(`${client.id} has ${client.scopes.length} scopes; the console takes 15.`)
  if (alexa.skill) {
    for (const scope of ['music.read', 'music.control']) {
      if (!client.scopes.includes(scope))
        found.push(`The skill needs the scope ${scope}, which ${client.id} may not ask for.`)
    }
  } else
    found.push(
      'There is no alexa.skill in the configuration: only accounts are linked here, and nothing answers what people say.',
    )
  return found
}

function redirectWarnings(client: Client): string[] {
  const { known, vendors, missing } = alexaRedirectUris(client)
  const several =
    vendors.length > 1 ? [`The redirect URIs have ${vendors.length} vendor ids: ${vendors.join(', ')}.`] : []
  if (known.length === 0) {
    return ['None of the redirect_uris is one of Alexa: copy the three that the console shows, letter by letter.']
  }
  return [
    ...several,
    ...missing.map((uri) => `Alexa may also come from ${uri}, which is not among the redirect_uris of ${client.id}.`),
  ]
}
