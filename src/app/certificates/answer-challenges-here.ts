import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import { createSecureContext, createServer as createSecureServer } from 'node:tls'
import { openChallenges } from '../../certificates/challenges.ts'
import type { Environment } from '../../config/environment.ts'
import type { Address } from '../../config/schema.ts'
import type { Answering } from './open-answering.ts'

/**
 * Listens where a gateway would, and answers nothing but the CA.
 * @throws an error of Node's, when the address can't be listened on.
 */
export async function answerChallengesHere(
  { host, port }: Address,
  challenge: 'http-01' | 'tls-alpn-01',
  environment: Environment,
): Promise<Answering> {
  const { server, ways } = challenge === 'http-01' ? httpAnswering(environment) : alpnAnswering(environment)
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('error', () => {}).once('close', () => open.delete(socket))
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    ways,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

function httpAnswering(environment: Environment): { server: Server; ways: Answering['ways'] } {
  const challenges = openChallenges(environment)
  const server = createServer(({ url = '' }, response) => {
    const body = challenges.answer(url.replace(/\?.*$/, ''))
    response.setHeader('Connection', 'close')
    if (body === undefined) return response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(body)
  })
  return {
    server,
    ways: {
      putHttp: async (token, keyAuthorization) => challenges.put(token, keyAuthorization),
      removeHttp: async (token) => challenges.remove(token),
    },
  }
}

/** @see RFC 8737 section 3 */
function alpnAnswering(environment: Environment): { server: Server; ways: Answering['ways'] } {
  const shown = new Map<string, { cert: string; key: string }>()
  const server = createSecureServer({
    ALPNProtocols: ['acme-tls/1'],
    SNICallback(name, done) {
      const found = shown.get(name.toLowerCase())
      if (found) return done(null, createSecureContext(found))
      done(new Error('not a name that is proved now'))
    },
  })
  server.on('secureConnection', (socket) => socket.on('error', () => {}).end())
  server.on('tlsClientError', (_, socket) => socket.destroy())
  return {
    server,
    ways: {
      async putAlpn(name, keyAuthorization) {
        const { challengeCertificate } = await import('../../certificates/acme/challenge-certificate.ts')
        shown.set(name.toLowerCase(), await challengeCertificate({ name, keyAuthorization }, environment))
      },
      async removeAlpn(name) {
        shown.delete(name.toLowerCase())
      },
    },
  }
}
