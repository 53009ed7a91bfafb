import { existsSync } from 'node:fs'
import { alexaClient } from '../../../alexa/console/alexa-client.ts'
import { type CallGateway, type GatewayAnswer, inWords, jsonOf } from '../../../alexa/simulator/call-gateway.ts'
import type { AuthMethod, Client, Config } from '../../../config/schema.ts'
import { newSecret } from '../../../secrets/secret.ts'
import type { AuditRecord } from '../../../telemetry/read-audit.ts'
import { ownSecret } from '../../site/secret-sources.ts'
import { StartError } from '../../start-error.ts'
import type { Patient } from '../examination.ts'
import { auditTrail } from './audit-trail.ts'
import { callsToHouse, notAnswered } from './calls-to-house.ts'
import { examinationOf } from './examination-of.ts'
import { attention, fault, good, type Seen, unseen } from './seen.ts'

const IN_CONSOLE: Record<AuthMethod, string> = {
  client_secret_basic: 'HTTP Basic',
  client_secret_post: 'credentials in the request body',
}
const METHODS = Object.keys(IN_CONSOLE) as AuthMethod[]

const NEEDS =
  'to be believed with its client id and secret, in the way that "Your Authentication Scheme" in its console says.'

/**
 * Each client that has a secret ends a token that is nobody's, which changes nothing: which ways of saying who it is are
 * believed? A request for tokens begins in the same way (`readClientRequest`), but with a code that is none it would stand
 * in the trail as an attempt to link that failed.
 */
export const clientAuthentication = examinationOf(
  { id: 'client-authentication', title: 'Client authentication', isLocal: false },
  async (patient) => {
    const { config } = patient
    const call = callsToHouse(patient)
    const clients = config.oauth.clients.filter(({ secret }) => secret !== undefined)
    const seen: Seen[] = []
    for (const client of clients) seen.push(await lookAtClient(patient, call, client))
    return [...seen, ...lastRefused(config)]
  },
)

async function lookAtClient(patient: Patient, call: CallGateway, client: Client): Promise<Seen> {
  const { config, environment } = patient
  const secret = await secretOf(client, patient)
  if (typeof secret !== 'string') return secret
  const token = newSecret(environment)
  try {
    const tried = new Map<AuthMethod, GatewayAnswer>()
    for (const method of client.auth_methods) {
      tried.set(method, await call(revocation(`${config.oauth.base_path}/revoke`, { client, method, secret, token })))
    }
    return judge(client, tried)
  } catch (error) {
    return notAnswered(config, error as NodeJS.ErrnoException, NEEDS)
  }
}

/** One that the gateway would make at its start is not made here. */
async function secretOf({ id, secret }: Client, { config, environment }: Patient): Promise<string | Seen> {
  if (!secret || 'hash' in secret) return byItsHash(id, config)
  if ('file' in secret && !existsSync(secret.file))
    return unseen(`The secret of ${id} is not made yet.`, { remedy: 'start the gateway once:  npx skillgate start' })
  try {
    return await ownSecret(secret, environment)
  } catch (error) {
    if (error instanceof StartError) return fault(error.message, { needs: NEEDS })
    throw error
  }
}

/** That is how it is meant to be, and no reason to look any further: whether it is right shows when the client comes. */
function byItsHash(id: string, config: Config): Seen {
  const last = auditTrail(config).records.findLast(
    ({ event, client }) => client === id && (event === 'tokens_issued' || event === 'tokens_refreshed'),
  )
  const kept = `Of the secret of ${id} only the hash is kept, so that nobody can try it here`
  if (last) return good(`${kept}; it was believed last at ${last.time}.`)
  return attention(`${kept}, and it has not come with the right one yet.`, {
    needs: NEEDS,
    remedy: `link in the Alexa app. If that fails, make another secret, and put its hash into gateway.yaml and itself into the console:  npx skillgate client new-secret`,
  })
}

/** @see RFC 7009 section 2.1 */
function revocation(
  path: string,
  { client, method, secret, token }: { client: Client; method: AuthMethod; secret: string; token: string },
) {
  const form = new URLSearchParams({ token })
  const headers: Record<string, string> = { 'Content-Type': 'application/x-www-form-urlencoded' }
  if (method === 'client_secret_basic') {
    const credentials = `${encodeURIComponent(client.id)}:${encodeURIComponent(secret)}`
    headers.Authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  } else {
    form.set('client_id', client.id)
    form.set('client_secret', secret)
  }
  return { method: 'POST' as const, path, headers, body: form.toString() }
}

/** Pure: what the answers mean, each to one of the ways that its `auth_methods` allow. */
export function judge({ id, auth_methods }: Client, tried: ReadonlyMap<AuthMethod, GatewayAnswer>): Seen {
  const isBelieved = (method: AuthMethod) =>
    tried.get(method)!.status === 200 && tried.get(method)!.text.trim() === '{}'
  const isRefused = (method: AuthMethod) => jsonOf(tried.get(method)!).error === 'invalid_client'
  const came = (method: AuthMethod) => `${IN_CONSOLE[method]}: ${inWords(tried.get(method)!)}`
  const strange = auth_methods.filter((method) => !isBelieved(method) && !isRefused(method))
  if (strange.length > 0) {
    return fault(`${id} gets an answer that is none of the gateway's. ${strange.map(came).join('; ')}.`, {
      needs: 'the JSON of the authorization server, whatever stands in front of it.',
      remedy: 'look at what is in front of the gateway, and at its log:  npx skillgate log',
    })
  }
  const refused = auth_methods.filter(isRefused)
  if (refused.length > 0) {
    return fault(
      `${id} is not believed with the secret that the configuration names. ${refused.map(came).join('; ')}.`,
      {
        needs: NEEDS,
        remedy: `npx skillgate reload, and if that is no help, make another secret and type it into the console:  npx skillgate client secret ${id} --renew`,
      },
    )
  }
  const ways = auth_methods.map((method) => IN_CONSOLE[method]).join(' and with ')
  const only =
    auth_methods.length === 1 ? ', and by its auth_methods with nothing else: choose that in its console' : ''
  return good(`${id} is believed with ${ways}${only}.`)
}

/** Alexa's latest request for tokens, if it failed by how it said who it is, and the configuration is still against it. */
function lastRefused(config: Config): Seen[] {
  const client = alexaClient(config)
  if (!client) return []
  const { records, trouble } = auditTrail(config)
  const latest = latestScheme(records, client)
  if (latest === undefined || client.auth_methods.includes(latest.scheme)) return trouble
  return [
    ...trouble,
    fault(
      `The latest request for tokens (${latest.time}) came with ${IN_CONSOLE[latest.scheme]}, which auth_methods of ${client.id} does not allow.`,
      {
        needs: NEEDS,
        remedy: `choose ${client.auth_methods.map((one) => IN_CONSOLE[one]).join(' or ')} in the console, or add ${latest.scheme} to auth_methods, then:  npx skillgate reload`,
      },
    ),
  ]
}

/** In which way it came, if it has got no tokens since; `authenticateClient` refuses it so. */
function latestScheme(records: AuditRecord[], { id }: Client): { scheme: AuthMethod; time: string } | undefined {
  for (const { event, client, detail = '', time } of records.toReversed()) {
    if (client === id && (event === 'tokens_issued' || event === 'tokens_refreshed')) return undefined
    const scheme = METHODS.find((method) => detail.endsWith(`client ${id} used ${method}`))
    if (event === 'token_refused' && scheme !== undefined) return { scheme, time }
  }
  return undefined
}
