import { takesToken } from '../app/site/load-registration.ts'
import type { Client } from '../config/schema.ts'
import { listRegisteredClients, removeRegisteredClient } from '../oauth/clients/registered/registered-clients.ts'
import { registrationWindow } from '../oauth/clients/registered/registration-window.ts'
import { hashSecret, newSecret } from '../secrets/secret.ts'
import type { ClientRecord } from '../store/records.ts'
import { CommandError } from './command-error.ts'
import { localTime } from './local-time.ts'
import { table } from './table.ts'
import { withStore } from './with-store.ts'
import type { World } from './world.ts'

/** `skillgate client list`: who may ask people for access, and where their secrets are. */
export async function clientList(world: World): Promise<number> {
  return withStore(world, async ({ config, store }) => {
    const configured = config.oauth.clients.map((client) => [
      client.id,
      client.name,
      whereSecretIs(client),
      client.scopes.join(' ') || '-',
      'gateway.yaml',
    ])
    const rows = await listRegisteredClients(store)
    const registered = rows.map(({ id, record }) => [
      id,
      record.name,
      record.public ? 'none' : 'hash',
      record.scopes.join(' '),
      registeredBy(record),
    ])
    for (const line of table(HEADINGS, [...configured, ...registered])) world.print(line)
    if (rows.some(({ record }) => !record.openly && !hasDocument(record)) && !takesToken(config.oauth)) {
      world.print('Those that registered themselves with the token can do nothing: oauth.registration is not enabled.')
    }
    if (config.oauth.registration.open) world.print('Any client can register itself: oauth.registration.open.')
    const until = await registrationWindow(store, world.now())
    if (until !== undefined)
      world.print(
        `Any client can register itself until ${localTime(until)}. To end that:  npx skillgate client allow --stop`,
      )
    if (rows.some(({ record }) => hasDocument(record)) && !config.oauth.client_metadata_documents.enabled)
      world.print('Those with a document can do nothing: oauth.client_metadata_documents is not enabled.')
  })
}

function registeredBy(record: ClientRecord): string {
  const { createdAt, openly, approved, expiresAt } = record
  if (hasDocument(record)) return `its document, ${localTime(createdAt)}`
  const itself = `itself, ${localTime(createdAt)}`
  if (!openly) return itself
  if (expiresAt === undefined) return `${itself}, without a token`
  return `${itself}, without a token; goes ${localTime(expiresAt)} unless ${approved ? 'it is used again' : 'somebody approves it'}`
}

const HEADINGS = ['ID', 'NAME', 'SECRET', 'SCOPES', 'REGISTERED BY']

/** Whether it was somebody's approval that brought it, of a client that a document at its id describes. */
function hasDocument({ documentReadAt }: ClientRecord): boolean {
  return documentReadAt !== undefined
}

function whereSecretIs({ secret }: Pick<Client, 'secret'>): string {
  if (!secret) return 'none'
  if ('hash' in secret) return 'hash'
  return 'file' in secret ? secret.file : `\${${secret.variable}}`
}

/** `skillgate client remove ID`: of one that registered itself, or has a document. */
export async function clientRemove(world: World, id: string): Promise<number> {
  return withStore(world, async ({ config, store, audit }) => {
    if (config.oauth.clients.some((client) => client.id === id)) {
      throw new CommandError(
        `${id} is in the configuration: take it out of ${world.configFile}. A gateway that runs notices by itself.`,
      )
    }
    const ended = await removeRegisteredClient(store, id)
    if (ended === undefined) {
      throw new CommandError(`There is no client ${id}. "skillgate client list" shows those that there are.`)
    }
    audit({ event: 'revoked', client: id, detail: `the client was removed by the command, with ${ended} grants` })
    world.print(`${id} is removed, and ${ended === 1 ? '1 link was' : `${ended} links were`} ended.`)
  })
}

/** `skillgate client new-secret`: for a client that is going to be configured with a hash. */
export async function clientNewSecret(world: World): Promise<number> {
  const secret = newSecret(world)
  world.print(`For the client, who has to keep it; it is never shown again:  ${secret}`)
  world.print(`For gateway.yaml:  secret: { hash: ${hashSecret(secret)} }`)
  return 0
}
