import type { Guarded } from './guarded.ts'

/** A record of TLS begins with its type, its version and its length. @see RFC 8446 section 5.1 */
const RECORD_HEAD = 5
const HANDSHAKE_RECORD = 22
const LARGEST_RECORD = 16_384

/**
 * Reads the first record of TLS, and puts it back. Until then a connection costs a few kilobytes; one of OpenSSL's, that
 * has heard nothing yet, takes 110 KB which glibc doesn't give back. Whoever says anything else is cut off.
 */
export function awaitHello({ socket, cut }: Guarded, onHello: () => void): void {
  let hello: Buffer = Buffer.alloc(0)

  function read(): void {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) return
    hello = hello.length === 0 ? chunk : Buffer.concat([hello, chunk])
    const wanted = lengthOf(hello)
    if (wanted === undefined) cut('silent')
    if (wanted === undefined || hello.length < wanted) return
    stop()
    // TLS reads what lies here first.
    socket.unshift(hello)
    onHello()
  }

  function leave(): void {
    socket.destroy()
  }

  function stop(): void {
    socket.off('readable', read).off('end', leave)
  }

  // It stays: nobody else may listen yet, and one client's reset would end the process.
  socket.on('error', leave)
  socket.on('readable', read).on('end', leave)
}

/** Of the first record with its head; at least that of the head. @returns undefined where this is not TLS. */
function lengthOf(bytes: Buffer): number | undefined {
  if (bytes[0] !== HANDSHAKE_RECORD || (bytes.length > 1 && bytes[1] !== 3)) return undefined
  if (bytes.length < RECORD_HEAD) return RECORD_HEAD
  const length = bytes.readUInt16BE(3)
  return length > LARGEST_RECORD ? undefined : RECORD_HEAD + length
}
