import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../../config/environment.ts'
import type { AcmeConnection, Client, Order } from './acme-connection.ts'
import { openAcmeConnection, signingRequest } from './acme-connection.ts'
import { certificateId } from './certificate-id.ts'
import { type AcmeDirectory, checkDirectory } from './check-directory.ts'
import { type Problem, sayProblem } from './explain-acme-error.ts'
import { OrderError, type OrderedCertificate, type OrderRequest, type OrderWays } from './order.ts'
import { askAgainMs, type Ordering } from './ordering.ts'
import { proveNames } from './prove-names.ts'

const ASKED_AT_MOST = 150

/** What an order asks for besides the names; acme-client passes it on. */
interface Extras {
  profile?: string
  /** RFC 9773 section 5. */
  replaces?: string
}

/**
 * Orders one certificate, step by step, each of them told.
 * @throws OrderError in words; nothing has to be undone then.
 * @see RFC 8555 section 7.1
 */
export async function orderCertificate(
  request: OrderRequest,
  ways: OrderWays,
  { now }: Pick<Environment, 'now'>,
): Promise<OrderedCertificate> {
  const connection = openAcmeConnection(request, now)
  return connection.attempt('No certificate was ordered', () => takeSteps(connection, request, ways))
}

async function takeSteps(
  connection: AcmeConnection,
  request: OrderRequest,
  ways: OrderWays,
): Promise<OrderedCertificate> {
  const { directory, accountKey, accountUrl, externalAccount, names } = request
  const { attempt } = connection
  ways.tell(`Asking ${directory} what it offers.`)
  const offered = await attempt('The CA could not be asked', () => connection.get<AcmeDirectory>(directory))
  checkDirectory(offered, request)

  const known = { request, ways, connection, client: connection.client({ key: accountKey, url: accountUrl }) }
  const unregistered = { ...known, client: connection.client({ key: accountKey, external: externalAccount }) }
  let ordering: Ordering = known
  if (accountUrl === undefined) ordering = await register(unregistered)
  let order: Order
  try {
    order = await place(ordering, offered)
  } catch (error) {
    if (!isUnknownAccount(error) || accountUrl === undefined) throw error
    ways.tell('The CA does not know the account any more: a new one is registered, with the same key.')
    ordering = await register(unregistered)
    order = await place(ordering, offered)
  }
  const { client } = ordering
  if (order.status === 'pending') await proveNames(ordering, order)
  order = await untilReady(ordering, order)
  ways.tell('All names are proven. Asking for the certificate.')
  const csr = await signingRequest(names, request.key)
  if (order.status === 'ready')
    order = await attempt('The certificate was not issued', () => client.finalizeOrder(order, csr))
  const issued = await untilIssued(ordering, order)
  ways.tell('Fetching the certificate.')
  const certificate = await attempt('The certificate could not be fetched', () => client.getCertificate(issued))
  if (typeof certificate !== 'string' || !certificate.includes('-----BEGIN CERTIFICATE-----'))
    throw new OrderError(`${new URL(directory).host} gave something else than a certificate.`)
  return { certificate, accountUrl: client.getAccountUrl() }
}

/** The key may have an account already, whose URL was lost with a process that was killed. */
async function register(ordering: Ordering): Promise<Ordering> {
  const { request, ways, connection, client } = ordering
  const { termsOfServiceAgreed, email } = request
  const contact = email === undefined ? {} : { contact: [`mailto:${email}`] }
  try {
    await connection.attempt('The account could not be found', () => client.createAccount({ onlyReturnExisting: true }))
  } catch (error) {
    if (!isUnknownAccount(error) && !isExternalMissing(error)) throw error
    ways.tell(`Registering an account${email === undefined ? '' : ` for ${email}`}.`)
    await connection.attempt('The account could not be registered', () =>
      client.createAccount({ termsOfServiceAgreed, ...contact }),
    )
  }
  try {
    await ways.keepAccount?.(client.getAccountUrl())
  } catch (error) {
    throw new OrderError(`The account could not be kept: ${(error as Error).message}`, {}, error)
  }
  return ordering
}

function isUnknownAccount(error: unknown): boolean {
  return error instanceof OrderError && error.details.reason === 'accountDoesNotExist'
}

/** Some CAs ask for the external account before they look whether the account is there. */
function isExternalMissing(error: unknown): boolean {
  return error instanceof OrderError && error.details.reason === 'externalAccountRequired'
}

async function place(ordering: Ordering, { renewalInfo }: AcmeDirectory): Promise<Order> {
  const { request, ways, connection, client } = ordering
  const { names, profile, replaces } = request
  const identifiers = names.map((value) => ({ type: 'dns', value }))
  const send = (extras: Extras) =>
    connection.attempt(`No certificate for ${names.join(', ')} could be ordered`, () =>
      client.createOrder({ identifiers, ...extras } as Parameters<Client['createOrder']>[0]),
    )
  const extras = profile === undefined ? {} : { profile }
  const id = renewalInfo !== undefined && replaces !== undefined ? certificateId(replaces) : undefined
  ways.tell(`Ordering a certificate for ${names.join(', ')}${profile === undefined ? '' : `, profile ${profile}`}.`)
  if (id === undefined) return send(extras)
  try {
    return await send({ ...extras, replaces: id })
  } catch (error) {
    // Of another CA, or another account's, or replaced already by an order that was lost: RFC 9773 section 5.
    const reason = error instanceof OrderError ? error.details.reason : undefined
    if (reason !== 'alreadyReplaced' && reason !== 'malformed' && reason !== 'conflict') throw error
    ways.tell(
      'The CA does not take the new certificate for the replacement of the old one: it is ordered as a new one.',
    )
    return send(extras)
  }
}

/** @throws OrderError where the CA says that nothing comes of it. */
function untilReady(ordering: Ordering, order: Order): Promise<Order> {
  const isReady = ({ status }: Order) => status === 'ready' || status === 'processing' || status === 'valid'
  return askUntil(ordering, order, isReady)
}

function untilIssued(ordering: Ordering, order: Order): Promise<Order> {
  return askUntil(ordering, order, ({ status, certificate }) => status === 'valid' && certificate !== undefined)
}

async function askUntil(ordering: Ordering, first: Order, isDone: (order: Order) => boolean): Promise<Order> {
  const { request, connection, client } = ordering
  let order = first
  for (let asked = 0; !isDone(order); asked++) {
    if (order.status === 'invalid') throw failed(request, order)
    if (asked === ASKED_AT_MOST) throw new OrderError(`${request.directory} did not finish the order in time.`)
    if (asked > 0) await sleep(askAgainMs(connection))
    order = await connection.attempt('The order could not be looked at', () => client.getOrder(order))
  }
  return order
}

function failed({ directory }: OrderRequest, { error }: Order): OrderError {
  const { host } = new URL(directory)
  return new OrderError(`The order failed: ${sayProblem(host, (error ?? { detail: 'nothing' }) as Problem)}`)
}
