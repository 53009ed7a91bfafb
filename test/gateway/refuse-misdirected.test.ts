import { request } from 'node:https'
import { json } from 'node:stream/consumers'
import test from 'ava'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'

const asking = (host: string, more: string[] = []) =>
  rawRequest('GET /health', more).replace('Host: localhost', `Host: ${host}`)

test('a host that the certificate is not for is told 421, also for an upgrade, and never reaches an upstream', async (t) => {
  const house = await startTestHouse(t)
  for (const host of ['evil.example', '192.168.1.7', '[::2]', 'dev.jasonhollis.com.evil.example', 'jasonhollis.com']) {
    for (const more of [[], UPGRADE]) {
      const client = await openRaw(house)
      const { status, body } = await client.send(asking(host, more)).answer()
      t.is(status, 421, host)
      t.is(JSON.parse(body).error, 'misdirected')
      client.socket.destroy()
    }
  }
  t.is(house.music.requestCount, 0)
  t.regex(await house.logged('misdirected'), /Host evil\.example on a connection that was opened for localhost/)
})

test('the next request on the same connection may be for a host that it is for, and any of its names will do', async (t) => {
  const house = await startTestHouse(t)
  const client = await openRaw(house)
  for (const [host, status] of [
    ...([
      ['localhost', 200],
      ['evil.example', 421],
      ['localhost', 200],
      ['DEV.jasonhollis.com:443', 200],
    ] as const),
    ...([
      ['127.0.0.1', 200],
      ['[::1]:8443', 200],
      ['evil.example', 421],
    ] as const),
  ])
    t.is((await client.send(asking(host)).answer()).status, status, host)
  client.socket.destroy()
})

test('a client that asks for no name, as one does by address, gets the default certificate, and is held to its names', async (t) => {
  const house = await startTestHouse(t)
  t.is((await get(house, '127.0.0.1')).status, 200)
  t.deepEqual(await get(house, '203.0.113.9'), { status: 421, error: 'misdirected' })
})

test('the listener without TLS sends everybody on, whatever the host', async (t) => {
  const { gateway } = await startTestHouse(t)
  const { status } = await fetch(`http://localhost:${gateway.http!.port}/open/x`, { redirect: 'manual' })
  t.is(status, 308)
})

async function get({ port, ca }: TestHouse, host: string): Promise<{ status: number | undefined; error?: string }> {
  const to = { host: '127.0.0.1', port, ca, servername: '', path: '/health', headers: { host }, agent: false } as const
  const sent = request({ ...to, checkServerIdentity: () => undefined }).end()
  const [answer] = (await new Promise((resolve, reject) => {
    sent.once('response', (response) => resolve([response])).once('error', reject)
  })) as [import('node:http').IncomingMessage]
  const { error } = (await json(answer).catch(() => ({}))) as { error?: string }
  return error === undefined ? { status: answer.statusCode } : { status: answer.statusCode, error }
}
