import type { Duplex } from 'node:stream'
import { StorageError } from '../../files/storage-error.ts'
import type { AccessToken, AccessTokens } from '../../oauth/grants/access-tokens.ts'

/** Milliseconds in which a WebSocket ends once the grant that let it in is gone. */
const INTERVAL = 1000

/** The WebSockets that were let in by a token: they outlive its hour, but not its grant. */
export interface OpenTunnels {
  follow: (socket: Duplex, identity: AccessToken) => void
  close: () => Promise<void>
}

export function openTunnels(accessTokens: AccessTokens): OpenTunnels {
  const tunnels = new Map<Duplex, AccessToken>()

  async function endRevoked(): Promise<void> {
    for (const [socket, identity] of tunnels) {
      if (!(await accessTokens.stillGranted(identity))) socket.destroy()
    }
  }

  const timer = setInterval(() => {
    endRevoked().catch((error) => {
      // When nobody can tell, nobody is cut off.
      if (!(error instanceof StorageError)) throw error
    })
  }, INTERVAL)
  timer.unref()

  return {
    follow(socket, identity) {
      tunnels.set(socket, identity)
      socket.once('close', () => tunnels.delete(socket))
    },
    close: async () => clearInterval(timer),
  }
}
