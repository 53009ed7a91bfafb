import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import type { Client, Config } from '../../config/schema.ts'
import { alexaRedirectUris } from './alexa-client.ts'

/** Alexa refreshes a token that lives shorter all the time, or not at all. Seconds. */
const ACCESS_TOKEN_MINIMUM = 360
/** As many as the console takes. */
const SCOPES_LIMIT = 15

/** Something that will not work however well the console is filled in. */
export interface ConsoleConcern {
  about: 'port' | 'certificate' | 'redirect-uris' | 'client' | 'skill'
  /** Whether it keeps everybody from linking, or from what they link for; else only some, or only some day. */
  isInTheWay: boolean
  sentence: string
}

/** What stands between this configuration and Alexa. The one place that decides it; `doctor`, `check` and the console's page tell it. */
export function consoleConcerns(
  config: Config,
  client: Client,
  certificate: Pick<ServerCertificate, 'warnings'> | undefined,
): ConsoleConcern[] {
  return [
    ...portConcerns(config),
    ...certificateConcerns(config, certificate),
    ...publicConcerns(client),
    ...redirectConcerns(client),
    ...clientConcerns(config, client),
    ...skillConcerns(config, client),
  ]
}

function portConcerns({ public_url }: Config): ConsoleConcern[] {
  if (!new URL(public_url).port) return []
  const sentence = `Alexa calls port 443 only, and public_url (${public_url}) has another: it never gets here, without any error.`
  return [{ about: 'port', isInTheWay: true, sentence }]
}

function certificateConcerns(
  { tls }: Config,
  certificate: Pick<ServerCertificate, 'warnings'> | undefined,
): ConsoleConcern[] {
  const concern = (isInTheWay: boolean, sentence: string): ConsoleConcern => ({
    about: 'certificate',
    isInTheWay,
    sentence,
  })
  if (tls.source === 'local') {
    const want = 'Alexa wants a certificate that everybody trusts, not one of the local CA'
    return [concern(true, `${want}: set tls: { source: files, ... }.`)]
  }
  if (!certificate && tls.source !== 'none') {
    const none =
      'There is no certificate yet: it comes by itself while Skillgate runs ("npx skillgate cert" shows it). Alexa can link no account before.'
    return [concern(true, none)]
  }
  if (!certificate) {
    const unseen =
      'The certificate is that of the proxy in front, which nobody here has seen: it has to be one that everybody trusts, with its chain. Where it is for *.DOMAIN alone, choose the type of a wildcard.'
    return [concern(false, unseen)]
  }
  return certificate.warnings.map((one) => concern(false, `The certificate: ${one}`))
}

function publicConcerns(client: Client): ConsoleConcern[] {
  if (!client.public) return []
  return [
    { about: 'client', isInTheWay: true, sentence: `${client.id} is a public client: the console wants a secret.` },
  ]
}

function clientConcerns({ oauth }: Config, client: Client): ConsoleConcern[] {
  const lifetime = client.lifetimes.access_token ?? oauth.lifetimes.access_token
  const sentences = [
    lifetime < ACCESS_TOKEN_MINIMUM &&
      `Access tokens of ${client.id} live ${lifetime} s; Alexa wants ${ACCESS_TOKEN_MINIMUM} at least.`,
    client.scopes.length > SCOPES_LIMIT &&
      `${client.id} has ${client.scopes.length} scopes; the console takes ${SCOPES_LIMIT}.`,
  ]
  return sentences
    .filter((one) => typeof one === 'string')
    .map((sentence) => ({ about: 'client', isInTheWay: true, sentence }))
}

function redirectConcerns(client: Client): ConsoleConcern[] {
  const { known, vendors, missing } = alexaRedirectUris(client)
  const concern = (isInTheWay: boolean, sentence: string): ConsoleConcern => ({
    about: 'redirect-uris',
    isInTheWay,
    sentence,
  })
  if (known.length === 0) {
    const remedy = 'copy the three that the console shows, letter by letter.'
    return [concern(true, `None of the redirect_uris is one of Alexa: ${remedy}`)]
  }
  return [
    ...(vendors.length > 1
      ? [concern(false, `The redirect URIs have ${vendors.length} vendor ids: ${vendors.join(', ')}.`)]
      : []),
    ...missing.map((uri) =>
      concern(false, `Alexa may also come from ${uri}, which is not among the redirect_uris of ${client.id}.`),
    ),
  ]
}

function skillConcerns({ alexa }: Config, client: Client): ConsoleConcern[] {
  if (!alexa.skill) {
    const sentence =
      'There is no alexa.skill in the configuration: only accounts are linked here, and nothing answers what people say.'
    return [{ about: 'skill', isInTheWay: false, sentence }]
  }
  return ['music.read', 'music.control']
    .filter((scope) => !client.scopes.includes(scope))
    .map((scope) => ({
      about: 'client',
      isInTheWay: true,
      sentence: `The skill needs the scope ${scope}, which ${client.id} may not ask for.`,
    }))
}
