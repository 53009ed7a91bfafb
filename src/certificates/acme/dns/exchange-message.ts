import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'

/** Each time that a datagram is sent; the last one is waited for as long. */
const UDP_TIMEOUT_MS = 2000
const UDP_TRIES = 3
const TCP_TIMEOUT_MS = 10_000
/** An answer has a length of two bytes before it. */
const LENGTH_BYTES = 2

export interface NameServer {
  host: string
  port: number
}

/**
 * By UDP, and by TCP where nothing comes back, or not all of it. The message may arrive more than once.
 * @param isWhole whether an answer is one to this message, and all of it.
 * @throws an error of Node's, such as ECONNREFUSED, ENOTFOUND or ETIMEDOUT.
 */
export async function exchangeMessage(
  server: NameServer,
  message: Buffer,
  isWhole: (answer: Buffer) => boolean,
): Promise<Buffer> {
  const { address, family } = await lookup(server.host)
  const there = { address, port: server.port }
  return (await overUdp(there, family, message, isWhole)) ?? (await overTcp(there, message))
}

type Place = { address: string; port: number }

/** @returns undefined where nothing whole came back. */
async function overUdp(
  { address, port }: Place,
  family: number,
  message: Buffer,
  isWhole: (answer: Buffer) => boolean,
): Promise<Buffer | undefined> {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
  const answered = Promise.withResolvers<Buffer | undefined>()
  // Such as ECONNREFUSED: TCP may be open, or says the same.
  socket.on('error', () => answered.resolve(undefined))
  socket.on('message', (bytes, { port: from }) => {
    if (from === port) answered.resolve(isWhole(bytes) ? bytes : undefined)
  })
  let tries = 0
  const send = () => (tries++ < UDP_TRIES ? socket.send(message, () => {}) : answered.resolve(undefined))
  const timer = setInterval(send, UDP_TIMEOUT_MS)
  try {
    // From nobody else does anything come in.
    socket.connect(port, address, (error?: Error | null) => (error ? answered.resolve(undefined) : send()))
    return await answered.promise
  } finally {
    clearInterval(timer)
    socket.close()
  }
}

/** @see RFC 7766 section 8 */
async function overTcp({ address, port }: Place, message: Buffer): Promise<Buffer> {
  const socket = connect({ host: address, port })
  const timer = setTimeout(() => socket.destroy(timedOut()), TCP_TIMEOUT_MS)
  try {
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt16BE(message.length)
    socket.write(Buffer.concat([length, message]))
    let received = Buffer.alloc(0)
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk])
      if (received.length < LENGTH_BYTES) continue
      const end = LENGTH_BYTES + received.readUInt16BE()
      if (received.length >= end) return received.subarray(LENGTH_BYTES, end)
    }
    throw Object.assign(new Error('the server ended the connection without an answer'), { code: 'ECONNRESET' })
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

function timedOut(): Error {
  return Object.assign(new Error('the server does not answer'), { code: 'ETIMEDOUT' })
}
