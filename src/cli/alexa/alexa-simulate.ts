import { createPrivateKey, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSimulatedChain } from '../../alexa/signatures/simulated-chain.ts'
import { callsToGateway, type GatewayPlace } from '../../alexa/simulator/call-gateway.ts'
import { playDirectives } from '../../alexa/simulator/play-directives.ts'
import { endLink, type LinkOptions, playEnded, playLinking } from '../../alexa/simulator/play-linking.ts'
import { playDisabled, playSkill, type SkillPlace } from '../../alexa/simulator/play-skill.ts'
import type { Trial } from '../../alexa/simulator/trial.ts'
import { hereFor, isAnnounced } from '../../app/listening/is-announced.ts'
import { askGateway } from '../../app/process/control-socket.ts'
import { ownSecret } from '../../app/site/secret-sources.ts'
import { StartError } from '../../app/start-error.ts'
import { makeSimulatedAlexa } from '../../certificates/local/simulated-alexa.ts'
import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import { CommandError } from '../command-error.ts'
import { SIMULATOR_BELIEVED } from '../simulator-believed.ts'
import type { CommandOptions, World } from '../world.ts'

/** Certificates that end sooner are made anew. Milliseconds. */
const MARGIN_MS = 3_600_000

/** `skillgate alexa simulate`: plays Alexa against the running gateway, and shows what was expected and what came. */
export async function alexaSimulate(world: World, { user, client, address }: CommandOptions): Promise<number> {
  const { configFile, variables, print, now, randomBytes } = world
  const config = loadConfig(configFile, variables)
  const trials: Trial[] = []
  const tell = (trial: Trial) => {
    trials.push(trial)
    print(`${trial.ok ? 'as expected' : 'DIFFERS    '}  ${trial.name}: ${trial.came}`)
    if (!trial.ok) print(`             expected ${trial.expected}`)
  }
  const key = await simulatorKey(world, config)
  const call = callsToGateway(placeOf(config, address))
  const newId = () => randomBytes(8).toString('hex')
  const options = await linkOptions(world, config, { user, client, state: newId() })

  const linked = await playLinking(call, options, tell)
  if (linked) {
    const skills = skillsOf(config)
    const player = key && { call, key, now, newId, tell }
    if (skills.length > 0 && !player) print(WITHOUT_CHAIN)
    if (player) for (const place of skills) await playSkill(player, place, linked.access)
    for (const path of directivesOf(config)) await playDirectives({ call, newId, tell }, path, linked.access)
    const [first] = skills
    if (player && first) await playDisabled(player, first, linked.access)
    else await endLink(call, options, linked)
    await playEnded(call, options, linked, tell)
  }
  const different = trials.filter(({ ok }) => !ok).length
  print(different === 0 ? `All ${trials.length} as expected.` : `${different} of ${trials.length} differ.`)
  return different === 0 ? 0 : 1
}

const WITHOUT_CHAIN = `not tried    signed requests: for these write into gateway.yaml, below alexa:, and take out again afterwards:
               development: { chain: data/simulated-alexa.pem }`

/**
 * What the simulator signs with, where the configuration has a gateway believe it; made anew where there is none that is
 * good for a while.
 */
async function simulatorKey(world: World, { alexa, data_dir }: Config): Promise<KeyObject | undefined> {
  const { print, now, randomBytes } = world
  const { chain } = alexa.development ?? {}
  if (chain === undefined) return undefined
  print(SIMULATOR_BELIEVED)
  const keyFile = `${chain}.key`
  if (existsSync(chain) && existsSync(keyFile) && isGood(readFileSync(chain, 'latin1'), now()))
    return createPrivateKey(readFileSync(keyFile))
  const made = await makeSimulatedAlexa(world)
  await writeWholeFile({ path: keyFile, text: made.key, mode: 0o600, randomBytes })
  await writeWholeFile({ path: chain, text: made.chain, mode: 0o600, randomBytes })
  try {
    await askGateway(data_dir, 'reload')
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    print(`New certificates are in ${chain}; the gateway could not be told: ${error.message}`)
  }
  return createPrivateKey(made.key)
}

function isGood(pem: string, now: number): boolean {
  try {
    return readSimulatedChain(pem, now).until > now + MARGIN_MS
  } catch (error) {
    if (error instanceof GatewayError) return false
    throw error
  }
}

/** @param address where it listens, if not where the configuration says. */
function placeOf(config: Config, address: string | undefined): GatewayPlace {
  const { listen, public_url, tls } = config
  if (address === undefined && !listen.https)
    throw new CommandError('With tls: none the proxy in front speaks TLS. Say where: --address HOST:443')
  const { host, port } = address === undefined ? (listen.https ?? { host: '', port: 0 }) : readAddress(address)
  if (port === 0) throw new CommandError('Say where it listens: --address 127.0.0.1:PORT')
  const ca = tls.source === 'local' ? readFileSync(join(tls.directory, 'local-ca.pem'), 'utf8') : undefined
  const place = { host: hereFor(host), port }
  const announced = isAnnounced(config, place)
  return { ...place, announced, publicHost: new URL(public_url).host, ca }
}

function readAddress(text: string): { host: string; port: number } {
  const { host, port } = /^\[?(?<host>[^\]]+)\]?:(?<port>\d{1,5})$/.exec(text)?.groups ?? {}
  if (host === undefined) throw new CommandError(`--address takes host:port, not ${text}.`)
  return { host, port: Number(port) }
}

async function linkOptions(
  world: World,
  { oauth }: Config,
  { user, client: id, state }: { user: string | undefined; client: string | undefined; state: string },
): Promise<LinkOptions> {
  const client = oauth.clients.find((one) => (id === undefined ? isAlexa(one) : one.id === id))
  if (!client?.secret || !client.redirect_uris?.[0])
    throw new CommandError('Say which client is Alexa, one with a secret: --client ID')
  if ('hash' in client.secret)
    throw new CommandError(`Of the secret of ${client.id} only the hash is kept: try a client with another one.`)
  if (user === undefined) throw new CommandError('Say as whom to link: --user NAME')
  const password = await world.askPassword({ label: `Password of ${user}`, once: true })
  const secret = await ownSecret(client.secret, world)
  const { redirect_uris, scopes } = client
  return {
    basePath: oauth.base_path,
    client: { id: client.id, secret, redirectUri: redirect_uris[0] as string, scopes },
    user: { name: user, password },
    state,
  }
}

function isAlexa({ secret, redirect_uris }: Config['oauth']['clients'][number]): boolean {
  return secret !== undefined && (redirect_uris?.some((uri) => /\.amazon\.(com|co\.jp)\//.test(uri)) ?? false)
}

function skillsOf({ routes, alexa, oauth }: Config): SkillPlace[] {
  const places = routes.flatMap(({ auth, path, skill_ids: [skillId] = [], account = 'required' as const }) =>
    auth === 'alexa-skill' && skillId !== undefined ? [{ path, skillId, account }] : [],
  )
  const [own] = alexa.skill?.ids ?? []
  const inTheBox = { path: `${oauth.base_path}/skill`, skillId: own ?? '', account: 'required' as const }
  return own === undefined ? places : [inTheBox, ...places]
}

/** Where Lambdas pass directives on to. */
function directivesOf({ routes }: Config): string[] {
  return routes.flatMap(({ auth, path }) => (auth === 'alexa-directive' ? [path] : []))
}
