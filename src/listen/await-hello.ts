import { type ClientHello, readClientHello } from './client-hello.ts'
import { openGrowingBytes } from './growing-bytes.ts'
import type { Guarded } from './guarded.ts'
import { ALERTS, refuseHandshake } from './refuse-handshake.ts'

/**
 * Reads a ClientHello, and puts it back. Until then a connection costs a few kilobytes; one of OpenSSL's, that
 * has heard nothing yet, takes 110 KB which glibc doesn't give back.
 * @param onOther of whoever says anything else, with what came first.
 */
export function awaitHello(
  { socket }: Guarded,
  onHello: (hello: ClientHello) => void,
  onOther: (begun: Buffer) => void,
): void {
  const begun = openGrowingBytes()
  /** So many are needed to say more. */
  let wanted = 1

  function read(chunk: Buffer): void {
    begun.add(chunk)
    if (begun.length() < wanted) return
    const bytes = begun.all()
    const found = readClientHello(bytes)
    if (found.kind === 'more') {
      wanted = found.length
      return
    }
    stop()
    if (found.kind === 'not TLS') onOther(bytes)
    else if (found.kind === 'garbled') refuseHandshake(socket, ALERTS.decodeError)
    else {
      // TLS reads what lies here first.
      socket.unshift(bytes)
      onHello(found.hello)
    }
  }

  function leave(): void {
    socket.destroy()
  }

  function stop(): void {
    socket.off('data', read).off('end', leave).pause()
  }

  // It stays: nobody else may listen yet, and one client's reset would end the process.
  socket.on('error', leave)
  // Waiting for 'readable' takes Node more turns of its stream, for the same bytes.
  socket.on('data', read).on('end', leave)
}
