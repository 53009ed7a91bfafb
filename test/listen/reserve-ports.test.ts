import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { reservePorts } from '../../src/listen/reserve-ports.ts'
import { freePort } from '../support/free-port.ts'

const HOST = '127.0.0.1'

/** @returns what the other end says, or that it has hung up. */
async function answerOf(t: ExecutionContext, port: number): Promise<string> {
  const socket = connect(port, HOST).setEncoding('utf8')
  t.teardown(() => socket.destroy())
  return new Promise((resolve) => {
    socket.on('data', (text: string) => resolve(text))
    for (const event of ['end', 'error']) socket.on(event, () => resolve(`${event}ed`))
  })
}

test('a reserved port is served by whoever takes it, and whoever came before that was cut off', async (t) => {
  const port = await freePort()
  const take = await reservePorts([{ host: HOST, port }])
  t.regex(await answerOf(t, port), /^(end|error)ed$/)
  const server = createServer((socket: Socket) => socket.end('served'))
  t.teardown(() => server.close())
  server.listen(take({ host: HOST, port }))
  await once(server, 'listening')
  t.is((server.address() as AddressInfo).port, port)
  t.is(await answerOf(t, port), 'served')
})

test('a reserved port is taken once, and only by its own address', async (t) => {
  const port = await freePort()
  const take = await reservePorts([{ host: HOST, port }])
  t.is(take({ host: '0.0.0.0', port }), undefined)
  const reserved = take({ host: HOST, port })
  t.teardown(() => reserved?.close())
  t.truthy(reserved)
  t.is(take({ host: HOST, port }), undefined)
})

test('where one of several ports is taken none is kept', async (t) => {
  const port = await freePort()
  const other = createServer().listen(0, HOST)
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { port: taken } = other.address() as AddressInfo
  await t.throwsAsync(
    reservePorts([
      { host: HOST, port },
      { host: HOST, port: taken },
    ]),
    { code: 'EADDRINUSE' },
  )
  const again = await reservePorts([{ host: HOST, port }])
  again({ host: HOST, port })?.close()
})
