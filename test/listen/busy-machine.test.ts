import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import test from 'ava'
import { startTestHouse } from '../support/gateway.ts'
import { openRaw, RawClient, rawRequest } from '../support/raw-client.ts'

/** Longer than a handshake may take, or the headers of a request. */
const STANDSTILL_MS = 11_000

/** This whole process, and so the gateway in it, gets nothing done meanwhile. */
function standStill(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDSTILL_MS)
}

/** TLS whose client sends its first flight only, until it is told to go on. */
function holdHandshake(tcp: Socket) {
  const goOn = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  let isFirst = true
  const slow = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      const send = () => tcp.write(chunk, done)
      if (isFirst) send()
      else {
        answered.resolve()
        goOn.promise.then(send)
      }
      isFirst = false
    },
  })
  tcp.on('data', (chunk) => slow.push(chunk))
  tcp.on('close', () => slow.destroy())
  return { slow, answered: answered.promise, goOn: goOn.resolve }
}

test('a machine that kept the gateway from its work for seconds is not held against its clients', async (t) => {
  const house = await startTestHouse(t)
  const begun = (await openRaw(house)).send('GET /health HTTP/1.1\r\nHost: local')
  const tcp = connect({ port: house.port, host: '127.0.0.1' })
  const { slow, answered, goOn } = holdHandshake(tcp)
  const shaking = new RawClient(connectTls({ socket: slow, servername: 'localhost', ca: house.ca }), tcp)
  await answered
  standStill()
  begun.send('host\r\n\r\n')
  t.is((await begun.answer()).status, 200)
  goOn()
  t.is((await shaking.send(rawRequest('GET /health')).answer()).status, 200)
  begun.socket.destroy()
  shaking.socket.destroy()
})
