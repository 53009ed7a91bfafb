import { skillUrl } from '../alexa/console/console-fields.ts'
import { EXAMINATIONS } from '../app/doctor/examinations.ts'
import { examine } from '../app/doctor/examine.ts'
import { openWays } from '../app/doctor/open-ways.ts'
import { prepareGateway } from '../app/prepare-gateway.ts'
import { documentedScopes, registrableScopes, takesToken } from '../app/site/load-registration.ts'
import { dayOf } from '../certificates/server-certificate.ts'
import { loadConfig } from '../config/load.ts'
import type { Address, Config, Route } from '../config/schema.ts'
import { openLog } from '../telemetry/open-log.ts'
import { listUsers } from '../users/users.ts'
import { inWords } from './doctor.ts'
import { outOfReach } from './out-of-reach.ts'
import { SIMULATOR_BELIEVED } from './simulator-believed.ts'
import type { World } from './world.ts'

/** For what is to be warned of. */
const FLUSH_TIMEOUT_MS = 1000

/** `skillgate check`: all of a start but the listening. Says what would be served. */
export async function check(world: World): Promise<number> {
  const { configFile, variables, print } = world
  const config = loadConfig(configFile, variables)
  // What a start would warn of is told here too, and in no file.
  const log = openLog({ level: 'warn' }, world)
  const prepared = await prepareGateway(config, world, log).finally(() => log.flush(FLUSH_TIMEOUT_MS))
  try {
    const { store } = prepared
    const users = await listUsers(store)
    print(`${configFile} is good. A start would serve ${config.public_url}`)
    if (config.listen.https) print(`  https  ${shown(config.listen.https)}`)
    if (config.listen.plain) print(`  plain  ${shown(config.listen.plain)}, for the proxies in front`)
    if (config.listen.http) print(`  http   ${shown(config.listen.http)}, redirecting to ${config.public_url}`)
    if (config.listen.proxy_protocol) print('  PROXY protocol, before each connection of listen.trusted_proxies')
    if (config.tls.source === 'none') print('  certificate of the proxy in front, which nobody here has seen')
    for (const { names, notAfter } of prepared.certificates())
      print(`  certificate for ${names.join(', ')}, until ${dayOf(notAfter)}`)
    print(`  users  ${whoSignsIn(config, users)}`)
    if (config.alexa.development) print(`  ${SIMULATOR_BELIEVED}`)
    print('Account linking')
    print(`  authorization URI  ${config.public_url}${config.oauth.base_path}/authorize`)
    print(`  access token URI   ${config.public_url}${config.oauth.base_path}/token`)
    const { skill } = config.alexa
    if (skill) print(`  skill that plays   ${skillUrl(config)}, with ${skill.upstream}: npx skillgate alexa console`)
    for (const client of config.oauth.clients)
      print(`  client ${client.id} (${client.name}): ${client.scopes.join(' ') || 'asks whose tokens are'}`)
    for (const line of unconfiguredClients(config)) print(`  ${line}`)
    print('Upstreams')
    for (const [name, { url, token }] of Object.entries(config.upstreams)) {
      print(`  ${name}  ${url}, ${token ? 'with' : 'without'} a token of the gateway's own`)
    }
    print('Routes')
    for (const line of describeRoutes(config)) print(`  ${line}`)
  } finally {
    await prepared.close()
    await log.close(FLUSH_TIMEOUT_MS)
  }
  // Now nobody in this process has the database open that they look into.
  await tellFindings(world, config)
  return 0
}

/** What the doctor finds without going out to the internet: what a start could live with, and Alexa or people could not. */
async function tellFindings(world: World, config: Config): Promise<void> {
  const { configFile, print } = world
  const patient = { config, configFile, environment: world, reach: 'upstreams' as const, ways: openWays() }
  const examined = await examine(
    patient,
    EXAMINATIONS.filter(({ isLocal }) => isLocal),
  )
  const lines = examined.flatMap(({ title, findings }) =>
    findings
      .filter(({ verdict }) => verdict === 'attention' || verdict === 'fault')
      .flatMap((finding) => inWords(title, finding)),
  )
  if (lines.length === 0) return
  print('What is not as it should be (npx skillgate doctor looks from outside as well)')
  for (const line of lines) print(line)
}

function whoSignsIn({ users: { source, upstream } }: Config, users: { name: string }[]): string {
  const names = users.map(({ name }) => name).join(', ')
  if (source === 'local') return names || 'none yet: npx skillgate user add NAME'
  return [names, `whoever has an account at ${upstream}`].filter(Boolean).join(', and ')
}

/** Who else may ask people for access, for how much, and for which routes that is too little. */
function unconfiguredClients(config: Config): string[] {
  const { client_metadata_documents, registration } = config.oauth
  const { enabled, domains } = client_metadata_documents
  const may = (most: string[]) => {
    const closed = outOfReach(config, most)
    return `${most.join(' ') || 'nothing'}${closed.length > 0 ? `; too little for ${closed.join(', ')}` : ''}`
  }
  const whoRegisters = registration.open ? 'any client, which registers itself' : 'clients that register with the token'
  return [
    ...(enabled ? [`clients with a document at ${domains.join(', ')}: ${may(documentedScopes(config.oauth))}`] : []),
    ...(takesToken(config.oauth) ? [`${whoRegisters}: ${may(registrableScopes(config.oauth))}`] : []),
  ]
}

function describeRoutes({ routes }: Config): string[] {
  return routes.map(({ host = '', path, methods, upstream, auth, scopes, websocket }) => {
    const who = WHO[auth](scopes)
    const kinds = [methods.length === 7 ? 'any method' : methods.join(' '), websocket && 'WebSocket']
      .filter(Boolean)
      .join(', ')
    return `${host}${path} (${kinds}) -> ${upstream}, ${who}`
  })
}

const WHO: Record<Route['auth'], (scopes: string[]) => string> = {
  none: () => 'everybody',
  bearer: (scopes) => ['with a token', ...scopes].join(' '),
  session: () => 'signed in',
  'bearer-or-session': (scopes) => ['signed in, or with a token', ...scopes].join(' '),
  'alexa-skill': () => 'requests of a skill that Alexa has signed',
  'alexa-directive': (scopes) => ['directives of Alexa with a token', ...scopes].join(' '),
  'signed-url': () => 'with a signed URL',
  mtls: () => 'devices with a certificate',
}

function shown({ host, port }: Address): string {
  return `${host}:${port === 0 ? 'a free port' : port}`
}
