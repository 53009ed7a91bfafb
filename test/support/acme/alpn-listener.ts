import { createSecureContext, createServer } from 'node:tls'
import type { ExecutionContext } from 'ava'
import { listenUntilEnd } from '../listen-until-end.ts'

/** Shows a CA what it looks for by tls-alpn-01, and nothing else. @returns the port of 127.0.0.1. */
export async function startAlpnListener(
  t: ExecutionContext,
  contextFor: (name: string) => { cert: string; key: string } | undefined,
): Promise<number> {
  const server = createServer({
    ALPNProtocols: ['acme-tls/1'],
    SNICallback(name, done) {
      const shown = contextFor(name)
      if (shown) done(null, createSecureContext(shown))
      else done(new Error(`nothing is shown for ${name}`))
    },
  })
  server.on('tlsClientError', () => {})
  server.on('secureConnection', (socket) => socket.on('error', () => {}).end())
  return listenUntilEnd(t, server)
}
