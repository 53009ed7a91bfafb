import { get } from 'node:https'
import { rootCertificates } from 'node:tls'
import { GatewayError } from '../../http/gateway-error.ts'
import { skillRefusal } from './refuse.ts'

/** Milliseconds for all of it: Alexa waits 8 s for an answer. */
const TIMEOUT_MS = 3000
/** Amazon's chains are of about 8 KiB. */
const BYTES_LIMIT = 64 * 1024

/**
 * Gets a chain, in PEM. @param url that was checked.
 * @throws GatewayError skill_request_refused where the address has no such thing, chain_unavailable where nobody can tell.
 */
export type FetchChain = (url: URL) => Promise<string>

export interface ChainServer {
  host: string
  port: number
  /** The CAs that its own certificate may come from, in PEM. */
  ca: readonly string[]
  timeoutMs: number
}

const AMAZON: ChainServer = { host: 's3.amazonaws.com', port: 443, ca: rootCertificates, timeoutMs: TIMEOUT_MS }

/** Of the URL only the path is used, on a connection of its own. Nothing that is answered leads anywhere else. */
export function fetchChain({ pathname }: URL, { host, port, ca, timeoutMs }: ChainServer = AMAZON): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({
      ...{ host, port, path: pathname, servername: host, ca: [...ca], agent: false, rejectUnauthorized: true },
      headers: { Accept: 'application/x-pem-file, */*', Connection: 'close' },
    })
    const end = (settle: () => void) => {
      clearTimeout(timer)
      settle()
      request.destroy()
    }
    const fail = (why: string) => end(() => reject(unavailable(`${host}${pathname}: ${why}`)))
    const timer = setTimeout(fail, timeoutMs, `no answer within ${timeoutMs / 1000} s`)
    request.once('error', (error) => fail(error.message))
    request.once('response', (response) => {
      const { statusCode = 0 } = response
      if (statusCode >= 500) return fail(`it answered ${statusCode}`)
      if (statusCode !== 200)
        return end(() => reject(skillRefusal('chain-not-there', `${pathname}: it answered ${statusCode}`)))
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > BYTES_LIMIT)
          return end(() => reject(skillRefusal('chain-not-there', `${pathname}: more than ${BYTES_LIMIT} bytes`)))
        chunks.push(chunk)
      })
      response.once('error', (error) => fail(error.message))
      response.once('end', () => end(() => resolve(Buffer.concat(chunks).toString('latin1'))))
    })
  })
}

function unavailable(detail: string): GatewayError {
  return new GatewayError('chain_unavailable', detail, { 'Retry-After': '5' })
}
