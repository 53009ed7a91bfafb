import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { Address } from '../config/schema.ts'

/** Hands over the socket that is bound to an address, once; undefined where none is. */
export type TakePort = (address: Address) => Server | undefined

/**
 * Binds addresses before there is anything to serve on them, as only root may with ports under 1024. Who connects before a
 * listener has taken its socket over is cut off, as though nobody listened yet. Nothing of theirs is read.
 * @throws Error of Node's, when an address can't be listened on; then none is bound.
 */
export async function reservePorts(addresses: Address[]): Promise<TakePort> {
  const reserved = new Map<string, Server>()
  try {
    for (const address of addresses) {
      const server = createServer((socket) => socket.destroy())
      server.listen(address.port, address.host)
      await once(server, 'listening')
      reserved.set(keyOf(address), server)
    }
  } catch (error) {
    for (const server of reserved.values()) server.close()
    throw error
  }
  return (address) => {
    const server = reserved.get(keyOf(address))
    reserved.delete(keyOf(address))
    return server
  }
}

function keyOf({ host, port }: Address): string {
  return `${host} ${port}`
}
