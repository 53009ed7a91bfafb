import { alexaClient, alexaRedirectUris } from '../../../alexa/console/alexa-client.ts'
import { consoleConcerns } from '../../../alexa/console/console-concerns.ts'
import type { Client, Config } from '../../../config/schema.ts'
import type { AuditRecord } from '../../../telemetry/read-audit.ts'
import { withoutDoctors } from '../outside/authorization-query.ts'
import { auditTrail } from './audit-trail.ts'
import { examinationOf } from './examination-of.ts'
import { attention, fault, good, type Seen } from './seen.ts'

const NEEDS =
  'the three redirect URLs that the Alexa console shows below Account Linking, letter by letter: they end with the vendor id of whoever makes the skill.'
const REMEDY = 'copy them from the console into redirect_uris in gateway.yaml, then:  npx skillgate reload'

/** Whose vendor id gateway.yaml and the examples are shipped with, and for which host that is the right one. */
const SHIPPED = { vendor: 'MKXZK47785HJ2', host: 'dev.jasonhollis.com' }

/** Redirect URIs: the three of Alexa, one vendor id that is somebody's own, and what was refused last. */
export const redirectUris = examinationOf(
  { id: 'redirect-uris', title: 'Redirect URIs', isLocal: true },
  ({ config }) => {
    const client = alexaClient(config)
    if (!client) {
      return [
        fault("None of oauth.clients is Alexa: no redirect URI of Amazon's is in the configuration.", {
          needs: `a client with a secret, and ${NEEDS}`,
          remedy: 'write one below oauth.clients, as gateway.yaml was shipped with, then:  npx skillgate reload',
        }),
      ]
    }
    const { records, trouble } = auditTrail(config)
    const seen = [
      ...asRegistered(config, client),
      ...vendorProblems(config, client),
      ...lastRefused(client, withoutDoctors(records, config)),
    ]
    const summary = good(`${client.id} may send people back to all three places of Alexa.`)
    return [...(seen.length === 0 ? [summary] : seen), ...trouble]
  },
)

function asRegistered(config: Config, client: Client): Seen[] {
  return consoleConcerns(config, client, undefined)
    .filter(({ about }) => about === 'redirect-uris')
    .map(({ isInTheWay, sentence }) => (isInTheWay ? fault : attention)(sentence, { needs: NEEDS, remedy: REMEDY }))
}

function vendorProblems({ public_url }: Config, client: Client): Seen[] {
  const { vendors } = alexaRedirectUris(client)
  const advice = { needs: NEEDS, remedy: REMEDY }
  return vendors.flatMap((vendor) => {
    if (isPlaceholder(vendor))
      return [fault(`The vendor id of the redirect URIs is still a placeholder${vendor && ` (${vendor})`}.`, advice)]
    if (vendor !== SHIPPED.vendor || new URL(public_url).hostname === SHIPPED.host) return []
    return [
      attention(`The vendor id ${vendor} is the one that gateway.yaml is shipped with, and hardly yours.`, advice),
    ]
  })
}

/** What stands where a vendor id belongs; an empty one is none that Amazon gives. */
function isPlaceholder(vendor: string): boolean {
  return vendor === '' || /^M?([X0]+|1234.*)$|VENDOR|EXAMPLE|^YOUR/.test(vendor)
}

/** With which words `checkRedirectUri` refuses one. */
const REFUSED = /client (\S+) asked for ("(?:[^"\\]|\\.)*"?)/

/** The latest time that somebody came to link, if it failed by a URI of Amazon's that is still not registered. */
function lastRefused(client: Client, records: AuditRecord[]): Seen[] {
  const last = records.findLast(
    ({ event, client: id, detail = '' }) =>
      (event === 'link_opened' && id === client.id) ||
      (event === 'link_refused' && REFUSED.exec(detail)?.[1] === client.id),
  )
  const got = last?.event === 'link_refused' ? unquoted(REFUSED.exec(last.detail ?? '')?.[2]) : undefined
  const host = got && URL.parse(got)?.hostname
  if (!last || !got || !host || !/\.amazon\.(com|co\.jp)$/.test(host) || client.redirect_uris.includes(got)) return []
  return [
    fault(`Whoever linked last (${last.time}) came with ${got}, and was refused. Registered: ${list(client)}`, {
      needs: 'to come back to exactly where it said.',
      remedy: `if that is your vendor id in the console, write this URI into redirect_uris of ${client.id}, then:  npx skillgate reload`,
    }),
  ]
}

function list({ redirect_uris }: Client): string {
  return redirect_uris.join(' ') || 'none'
}

/** The audit file cuts what is long. */
function unquoted(text = ''): string | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
