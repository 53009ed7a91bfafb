import { once } from 'node:events'
import { connect } from 'node:net'
import type { ExecutionContext } from 'ava'
import { startTestHouse, type TestHouse } from './gateway.ts'

/** The proxy that `startPlain` trusts. */
export const PROXY = '127.4.0.1'

/** A gateway with `listen.plain`. @param more of `listen`. */
export function startPlain(t: ExecutionContext, more: object = {}): Promise<TestHouse> {
  return startTestHouse(t, (config) => {
    Object.assign(config.listen, { plain: '127.0.0.1:0', trusted_proxies: [PROXY], ...more })
  })
}

/** Sends this in clear. @returns all that came until the gateway ended the connection. */
export async function sayInClear(
  t: ExecutionContext,
  port: number,
  text: string,
  localAddress = PROXY,
): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  t.teardown(() => socket.destroy())
  let said = ''
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      said += chunk
    })
  socket.write(text)
  await once(socket, 'close')
  return said
}
