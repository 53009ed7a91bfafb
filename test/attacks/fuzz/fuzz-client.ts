import { connect, type TLSSocket } from 'node:tls'
import { EXECUTED } from '../../support/lenient-upstream.ts'

/** Milliseconds without a byte after which nothing more is expected, as of a body that was promised longer than it is. */
const SILENCE_MS = 3000

/** Ends what a case may have left open: more than a body of three digits could take, and nothing that is HTTP. */
const END = `\r\n\r\n${'\0'.repeat(1024)}`

/** Sends bytes on a connection of its own, and counts what the upstream has answered. */
export class FuzzClient {
  readonly #house: { port: number; ca: string }
  readonly #open = new Set<TLSSocket>()
  /** A handshake that resumes costs a tenth. */
  #session: Buffer | undefined

  constructor(house: { port: number; ca: string }) {
    this.#house = house
  }

  send(bytes: string): Promise<{ answered: number; abandoned: boolean }> {
    const { port, ca } = this.#house
    const socket = connect({ port, host: 'localhost', servername: 'localhost', ca, session: this.#session })
    this.#open.add(socket)
    socket.on('session', (session) => {
      this.#session = session
    })
    let received = ''
    let abandoned = false
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.setTimeout(SILENCE_MS, () => {
      abandoned = true
      socket.destroy()
    })
    socket.write(Buffer.from(bytes + END, 'latin1'))
    return new Promise((resolve) => {
      socket.once('close', () => {
        this.#open.delete(socket)
        resolve({ answered: received.match(EXECUTED)?.length ?? 0, abandoned })
      })
    })
  }

  close(): void {
    for (const socket of this.#open) socket.destroy()
  }
}
