import { Resolver } from 'node:dns/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { type PublicWorld, publicFetch } from '../../../../src/net/fetch-public-document.ts'
import type { Resolve } from '../../../../src/net/public-addresses.ts'
import { openClientDocuments } from '../../../../src/oauth/clients/documents/open-client-documents.ts'
import { OAuthError } from '../../../../src/oauth/oauth-error.ts'
import { REASONS } from '../../../../src/oauth/reasons.ts'
import type { AuditEvent } from '../../../../src/telemetry/audit.ts'
import { startDnsServer, type Zone } from '../../../support/dns-server.ts'
import {
  CLIENT_HOST,
  onRequest,
  PUBLIC_ADDRESS,
  startTcpServer,
  startTlsServer,
  worldAt,
} from '../../../support/document-server.ts'
import { openStore } from '../../../support/keyv-store.ts'
import { HONEST, type HostileCase, ID } from './hostile/hostile-case.ts'
import { HOSTILE_CONTENTS } from './hostile/hostile-contents.ts'
import { HOSTILE_FRAMING } from './hostile/hostile-framing.ts'
import { HOSTILE_PLACES } from './hostile/hostile-places.ts'

const HOSTILE: Record<string, HostileCase> = { ...HOSTILE_PLACES, ...HOSTILE_FRAMING, ...HOSTILE_CONTENTS }

const ADDRESS = '198.51.100.7'

async function open(t: ExecutionContext, world: Partial<PublicWorld>) {
  const events: AuditEvent[] = []
  const documents = openClientDocuments({
    ...(await openStore(t)),
    audit: (event) => events.push(event),
    domains: [CLIENT_HOST],
    fetch: publicFetch(world),
  })
  return { documents, events }
}

/** By name servers of the test's own, over a socket. */
async function resolveBy(
  t: ExecutionContext,
  dns: Exclude<HostileCase['dns'], undefined | 'silent'>,
): Promise<Resolve> {
  const zone: Zone = dns === 'nothing' ? {} : { [CLIENT_HOST]: dns }
  const server = await startDnsServer(t, zone)
  return (name, family) => {
    const resolver = new Resolver({ timeout: 5000, tries: 1 })
    resolver.setServers([server])
    return family === 4 ? resolver.resolve4(name) : resolver.resolve6(name)
  }
}

async function worldOf(t: ExecutionContext, hostile: HostileCase): Promise<PublicWorld> {
  const { serve = () => t.fail('nobody was to be asked'), serveBare, identity, dns, timeoutMs = 60_000 } = hostile
  const port = serveBare ? await startTcpServer(t, serveBare) : await startTlsServer(t, serve, identity)
  const world = { ...worldAt(port), timeoutMs }
  if (dns === undefined) return world
  const resolve: Resolve = dns === 'silent' ? () => new Promise(() => {}) : await resolveBy(t, dns)
  return { ...world, resolve }
}

for (const [name, hostile] of Object.entries(HOSTILE)) {
  test.serial(`refused, with a reason in the audit: ${name}`, async (t) => {
    const { documents, events } = await open(t, await worldOf(t, hostile))
    const error = await t.throwsAsync(documents.read(ID, ADDRESS), { instanceOf: OAuthError })
    const { code, sentence } = REASONS[hostile.reason]
    t.is(error?.code, code)
    t.true(isOf(error?.message ?? '', sentence), error?.message)
    t.like(events, { length: 1, 0: { event: 'client_document_refused', address: ADDRESS, client: ID } })
    t.regex(events[0]?.detail ?? '', hostile.detail)
  })
}

/** Whether a sentence is this one, whatever stands in its braces. */
function isOf(message: string, sentence: string): boolean {
  const parts = sentence.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.+')}$`).test(message)
}

test('there are more than forty of them, and an honest server is read in the same way', async (t) => {
  t.true(Object.keys(HOSTILE).length > 40)
  const heads: string[] = []
  const port = await startTlsServer(t, (socket) =>
    onRequest(socket, (head) => {
      heads.push(head)
      const body = JSON.stringify(HONEST)
      socket.end(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    }),
  )
  const { documents, events } = await open(t, worldAt(port))
  t.like(await documents.read(ID, ADDRESS), { id: ID, name: 'An app', redirect_uris: HONEST.redirect_uris })
  t.like(events, { length: 1, 0: { event: 'client_document_read', address: ADDRESS, client: ID } })
  t.is(
    heads.join(''),
    [
      'GET /oauth/client.json HTTP/1.1',
      `Host: ${CLIENT_HOST}`,
      'Accept: application/json',
      'Accept-Encoding: identity',
      'Connection: close',
      'User-Agent: skillgate (OAuth client metadata)',
      '\r\n',
    ].join('\r\n'),
  )
})

test('a name that leads elsewhere a moment later is asked once, and the address that was checked is what is connected to', async (t) => {
  const port = await startTlsServer(t, (socket) =>
    onRequest(socket, () => {
      const body = JSON.stringify(HONEST)
      socket.end(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n${body}`)
    }),
  )
  const asked: number[] = []
  const reached: string[][] = []
  const { documents } = await open(t, {
    ...worldAt(port),
    async resolve(_, family) {
      asked.push(family)
      if (asked.length > 2) return ['127.0.0.1']
      return family === 4 ? [PUBLIC_ADDRESS] : []
    },
    reach(addresses) {
      reached.push(addresses)
      return { addresses: ['127.0.0.1'], port }
    },
  })
  await documents.read(ID, ADDRESS)
  t.deepEqual(asked, [4, 6])
  t.deepEqual(reached, [[PUBLIC_ADDRESS]])
})

test('whoever is sent on is not followed: the machine in the house has no connection', async (t) => {
  let connections = 0
  const inHouse = createServer().on('connection', () => connections++)
  await new Promise<void>((resolve) => inHouse.listen(0, '127.0.0.1', resolve))
  t.teardown(() => inHouse.close())
  const { port: target } = inHouse.address() as AddressInfo
  const port = await startTlsServer(t, (socket) =>
    onRequest(socket, () =>
      socket.end(`HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${target}/\r\nContent-Length: 0\r\n\r\n`),
    ),
  )
  const { documents } = await open(t, worldAt(port))
  await t.throwsAsync(documents.read(ID, ADDRESS), { message: /said to be elsewhere/ })
  t.is(connections, 0)
})

test('where nobody listens it is said so', async (t) => {
  const { documents, events } = await open(t, worldAt(await closedPort()))
  await t.throwsAsync(documents.read(ID, undefined), { message: /could not be read: no connection/ })
  t.regex(events[0]?.detail ?? '', /ECONNREFUSED/)
})

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('however a fetch ends, its connection is closed', async (t) => {
  const closed = Promise.withResolvers<void>()
  const port = await startTlsServer(t, (socket) => {
    socket.once('close', () => closed.resolve())
    // It would go on for ever.
    onRequest(socket, () => socket.write(`HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n`))
  })
  const { documents } = await open(t, worldAt(port))
  await t.throwsAsync(documents.read(ID, ADDRESS), { message: /There is no metadata document/ })
  await closed.promise
  t.pass()
})

test('a name that leads to this machine itself by its public address is refused', async (t) => {
  const { documents } = await open(t, { ...worldAt(1), own: () => [PUBLIC_ADDRESS] })
  await t.throwsAsync(documents.read(ID, ADDRESS), { message: /not public/ })
})

test('of a hundred names of a certificate only some are kept and written', async (t) => {
  const names = Array.from({ length: 100 }, (_, i) => `${'x'.repeat(60)}${i}.other.example`)
  const port = await startTlsServer(t, () => t.fail('it was asked'), { names })
  const { documents, events } = await open(t, worldAt(port))
  const error = await t.throwsAsync<OAuthError>(documents.read(ID, ADDRESS), { instanceOf: OAuthError })
  t.true((error?.detail.length ?? 0) < 400)
  t.regex(events[0]?.detail ?? '', /does not match/)
})
