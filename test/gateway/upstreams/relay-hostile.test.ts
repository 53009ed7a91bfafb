import { connect } from 'node:net'
import test from 'ava'
import { beginConversation } from '../../../src/music-assistant/conversation.ts'
import { INFO, startMessageServer } from '../../support/message-server.ts'
import { ALLOWED, startRelay } from '../../support/relayed.ts'

const HANDSHAKE = [
  'GET /ws HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n')

test('a client that is gone before the server has said what it is leaves nothing behind', async (t) => {
  const server = await startMessageServer(t)
  const asked = Promise.withResolvers<void>()
  const greeting = Promise.withResolvers<string>()
  let pending = 0
  const { port, outcomes, exchanges } = await startRelay(t, server.url, {
    admitStranger() {
      pending++
      return () => void pending--
    },
    protocol: {
      paths: /^/,
      greeting() {
        asked.resolve()
        return greeting.promise
      },
      begin: (greeted) => beginConversation(() => undefined, greeted),
    },
  })
  const client = connect(port, '127.0.0.1', () => client.write(HANDSHAKE))
  await asked.promise
  const { socket } = exchanges[0]!.upgrade!
  const left = new Promise((resolve) => socket.once('close', resolve))
  client.resetAndDestroy()
  socket.resume()
  await left
  greeting.resolve(JSON.stringify(INFO))
  t.like(await outcomes[0], { ending: 'client left' })
  t.is(pending, 0)
})

test('a client that is gone before it was let in takes no place, and nothing is connected for it', async (t) => {
  const server = await startMessageServer(t)
  const gone = Promise.withResolvers<void>()
  const { port, outcomes, upstream } = await startRelay(t, server.url, { allowed: ALLOWED }, (socket, begin) => {
    socket.once('close', () => {
      begin()
      gone.resolve()
    })
    socket.destroy()
  })
  const client = connect(port, '127.0.0.1', () => client.write(HANDSHAKE))
  client.on('error', () => {})
  await gone.promise
  t.like(await outcomes[0], { ending: 'client left' })
  t.true(upstream.tunnels.take())
  upstream.tunnels.free()
})

test('a server that answers a sign-in with what nobody can write down ends that one conversation', async (t) => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
  const server = await startMessageServer(t, {
    signIn: false,
    onMessage(socket) {
      socket.send(`{"message_id":"skillgate","result":{"authenticated":true,"user":${deep}},"partial":false}`)
    },
  })
  const { open, outcomes } = await startRelay(t, server.url)
  const client = await open()
  client.signIn()
  t.is((await client.closed).code, 1013)
  t.like(await outcomes[0], { ending: 'refused' })
})
