import { createServer } from 'node:https'
import test from 'ava'
import { WebSocketServer } from 'ws'
import { startTestHouse } from '../../support/gateway.ts'
import { listenUntilEnd } from '../../support/listen-until-end.ts'
import { INFO } from '../../support/message-server.ts'
import { asMusicAssistant, openMusicClient } from '../../support/music-client.ts'
import { privateCertificate } from '../../support/secure-upstream.ts'
import { issueToken } from '../../support/tokens.ts'

test('a Music Assistant with a certificate of a private CA is reached where that CA is named, and nowhere else', async (t) => {
  const certificate = await privateCertificate(t)
  const server = createServer(certificate, (_, response) => response.end(JSON.stringify(INFO)))
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('message', (data) => {
      const { message_id } = JSON.parse(String(data))
      socket.send(JSON.stringify({ message_id, result: { authenticated: true }, partial: false }))
    })
    socket.send(JSON.stringify(INFO))
  })
  const port = await listenUntilEnd(t, server)
  for (const host of ['localhost', '127.0.0.1']) {
    const url = `https://${host}:${port}`
    const house = await startTestHouse(t, (config) => {
      asMusicAssistant(config)
      Object.assign(config.upstreams['music-assistant'], { url, ca: certificate.caFile })
    })
    const client = await openMusicClient(t, house)
    t.is((await client.next()).server_id, INFO.server_id)
    t.like(await client.ask('auth', { token: await issueToken(house) }), { result: { authenticated: true } })
  }
  const distrusting = await startTestHouse(t, (config) => {
    asMusicAssistant(config)
    config.upstreams['music-assistant'].url = `https://localhost:${port}`
  })
  for (const token of [undefined, await issueToken(distrusting)])
    await t.throwsAsync(openMusicClient(t, distrusting, { token }), { message: /502/ })
})
