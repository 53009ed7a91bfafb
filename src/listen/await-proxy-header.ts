import { LONGEST_PROXY_HEADER, type ProxyClient, readProxyHeader } from '../net/proxy-header.ts'
import type { Guarded } from './guarded.ts'

export interface ProxyHeaders {
  /** Reads the header that a trusted proxy begins with, and nothing behind it. Whoever begins otherwise is cut off. */
  await: (one: Guarded, onHeader: (client: ProxyClient) => void) => void
}

/**
 * Of the connections that have no header yet it isn't known whose they are, so that no limit of an address holds for them.
 * @param most how many of them there may be: a proxy sends its header at once.
 */
export function openProxyHeaders(most: () => number): ProxyHeaders {
  /** The oldest first. */
  const unread = new Set<Guarded>()

  return {
    await(one, onHeader) {
      const { socket } = one
      let begun: Buffer = Buffer.alloc(0)
      one.stage = 'proxy header'
      unread.add(one)
      socket.once('close', () => unread.delete(one))
      if (unread.size > most()) [...unread][0]?.cut('late proxy header')

      function read(): void {
        const chunk = socket.read() as Buffer | null
        if (chunk === null) return
        begun = begun.length === 0 ? chunk : Buffer.concat([begun, chunk])
        const header = readProxyHeader(begun)
        if (header.kind === 'more' && begun.length <= LONGEST_PROXY_HEADER) return
        stop()
        if (header.kind !== 'header') {
          one.cut(header.kind === 'absent' ? 'no proxy header' : 'bad proxy header')
          return
        }
        const rest = begun.subarray(header.length)
        // Whoever reads next begins with this.
        if (rest.length > 0) socket.unshift(rest)
        onHeader(header.client)
      }

      function leave(): void {
        socket.destroy()
      }

      function stop(): void {
        unread.delete(one)
        socket.off('readable', read).off('end', leave)
      }

      // It stays: nobody else may listen yet, and one client's reset would end the process.
      socket.on('error', leave)
      socket.on('readable', read).on('end', leave)
    },
  }
}
