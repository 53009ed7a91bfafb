import { clientSecretHash, ownSecret } from '../app/site/secret-sources.ts'
import type { ClientSecretSource } from '../config/schema.ts'
import { writeWholeFile } from '../files/write-whole-file.ts'
import { FOR_EVER, withEarlierUntil, withNewSecret } from '../oauth/clients/client-secrets.ts'
import { hashSecret, newSecret } from '../secrets/secret.ts'
import type { ClientSecretRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { CommandError } from './command-error.ts'
import { localTime } from './local-time.ts'
import { type StoreTools, withStore } from './with-store.ts'
import type { World } from './world.ts'

const HOUR_MS = 3_600_000
const OVERLAP_LIMIT_HOURS = 720

export interface SecretOptions {
  renew?: boolean
  /** For how many hours the earlier secret goes on being good, as it was typed. */
  overlap?: string
}

/** `skillgate client secret ID [--renew [--overlap HOURS]]`: shows a client's secret, or makes another one. */
export async function clientSecret(world: World, id: string, { renew, overlap }: SecretOptions): Promise<number> {
  if (overlap !== undefined && !renew) throw new CommandError('--overlap goes with --renew only.')
  const hours = readHours(overlap ?? '24')
  return withStore(world, async (tools) => {
    const source = await findSource(tools, id)
    await (renew ? renewSecret(tools, id, source, hours * HOUR_MS) : showSecret(tools, id, source))
  })
}

function readHours(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= OVERLAP_LIMIT_HOURS) return Number(text)
  throw new CommandError(`--overlap takes whole hours from 0 to ${OVERLAP_LIMIT_HOURS}.`)
}

async function findSource({ config, store }: StoreTools, id: string): Promise<ClientSecretSource> {
  const client = config.oauth.clients.find((one) => one.id === id)
  if (client?.secret) return client.secret
  if (client) throw new CommandError(`${id} is a public client: it has no secret.`)
  const row = await store.get('client', id)
  if (row?.public) throw new CommandError(`${id} is a public client: it has no secret.`)
  if (row) {
    const advice = `to end it, and have it register again:  npx skillgate client remove ${id}`
    throw new CommandError(`${id} has registered itself, and only its hash is kept here; ${advice}`)
  }
  throw new CommandError(`There is no client ${id}. "skillgate client list" shows those that there are.`)
}

async function showSecret({ world, store }: StoreTools, id: string, source: ClientSecretSource): Promise<void> {
  const renew = `npx skillgate client secret ${id} --renew`
  if ('hash' in source) {
    throw new CommandError(
      `Of the secret of ${id} only the hash is kept, which nobody can read it from. Renew it:  ${renew}`,
    )
  }
  const secret = await ownSecret(source, world)
  const renewed = await store.get('client-secret', id)
  const replaced = renewed?.earlier.find(({ hash }) => hash === hashSecret(secret))
  if (replaced && replaced.until <= world.now()) {
    throw new CommandError(
      `The secret that ${placeOf(source)} holds was renewed, and is good no more. Put the new one there, or:  ${renew}`,
    )
  }
  world.print(secret)
  if (replaced && replaced.until < FOR_EVER) {
    world.print(
      `It was renewed, and is good only until ${localTime(replaced.until)}. Put the new one into ${placeOf(source)}.`,
    )
  }
}

/**
 * However this is cut short, nobody is locked out: both secrets are good without end before the new one is anywhere, and
 * the earlier one's end is set only when the new one is where it belongs.
 * @param overlap milliseconds for which the earlier one goes on being good.
 */
export async function renewSecret(
  { world, store, audit }: StoreTools,
  id: string,
  source: ClientSecretSource,
  overlap: number,
): Promise<void> {
  const configured = await clientSecretHash(source, world)
  const secret = newSecret(world)
  const before = await store.get('client-secret', id)
  const both = withNewSecret(before, configured, hashSecret(secret))
  await putRow(store, id, before, both)
  await deliver(world, id, source, secret)
  const until = world.now() + overlap
  await putRow(store, id, both, withEarlierUntil(both, until))
  audit({
    event: 'client_secret_renewed',
    client: id,
    detail: `the earlier one is good for ${overlap / HOUR_MS} h more`,
  })
  world.print(overlap === 0 ? 'The earlier one is good no more.' : `The earlier one is good until ${localTime(until)}.`)
}

async function putRow(
  store: Store,
  id: string,
  before: ClientSecretRecord | undefined,
  after: ClientSecretRecord,
): Promise<void> {
  const put = before
    ? await store.replace('client-secret', id, before.revision, after)
    : await store.insert('client-secret', id, after)
  if (!put) throw new CommandError(`Somebody else renewed the secret of ${id} at the same moment. Try again.`)
}

async function deliver(world: World, id: string, source: ClientSecretSource, secret: string): Promise<void> {
  if ('file' in source) {
    const { randomBytes } = world
    await writeWholeFile({ path: source.file, text: `${secret}\n`, mode: 0o600, randomBytes })
    world.print(
      `The new secret of ${id} is in ${source.file}, and is good at once. To see it:  npx skillgate client secret ${id}`,
    )
    return
  }
  world.print(`The new secret of ${id}, which is good at once and never shown again:  ${secret}`)
  if ('hash' in source) world.print(`Put its hash into ${world.configFile}:  secret: { hash: ${hashSecret(secret)} }`)
  else world.print(`Let the environment variable ${source.variable} hold it when the gateway is started the next time.`)
}

function placeOf(source: Exclude<ClientSecretSource, { hash: string }>): string {
  return 'file' in source ? source.file : `the environment variable ${source.variable}`
}
