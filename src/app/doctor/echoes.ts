import { createHash } from 'node:crypto'
import type { Environment } from '../../config/environment.ts'
import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import { hashSecret, newSecret } from '../../secrets/secret.ts'

/** A doctor asks at once. */
const LIFETIME_MS = 60_000
/** Whoever may use the control socket has no need of more at a time. */
const NONCE_LIMIT = 16

/** What has arrived of a request, for whoever sent it to compare. */
export interface Echo {
  /** Base64url. */
  sha256: string
  /** Bytes. */
  length: number
  contentType: string | null
  /** The hash of `Authorization`, in base64url. */
  authorization: string | null
}

/** What a running gateway tells a doctor of its own machine, over the control socket. */
export interface Examinable {
  /** For one request to be echoed. */
  nonce: string
  /** Where it listens for TLS; nowhere, if undefined. */
  https: number | undefined
}

/** Tells a doctor what has arrived of its request, and only a doctor of this gateway's own machine. */
export interface Echoes {
  /** @returns a nonce that is good for one request. */
  give: () => string
  /**
   * The nonce is the query. Without a good one nothing of the request is read, and the answer is that there is no such path.
   * @throws GatewayError not_found
   */
  handle: (request: EndpointRequest) => Promise<Answer>
}

export function openEchoes({ now, randomBytes }: Pick<Environment, 'now' | 'randomBytes'>): Echoes {
  /** Until when each is good, the oldest first, by the hash: whoever guesses learns nothing from how long it takes. */
  const good = new Map<string, number>()

  return {
    give() {
      for (const [hash, until] of good) if (until <= now() || good.size >= NONCE_LIMIT) good.delete(hash)
      const nonce = newSecret({ randomBytes })
      good.set(hashSecret(nonce), now() + LIFETIME_MS)
      return nonce
    },
    async handle({ query, headers, readBody }) {
      const hash = hashSecret(query)
      const until = good.get(hash) ?? 0
      good.delete(hash)
      if (until <= now()) throw new GatewayError('not_found')
      const body = Buffer.from(await readBody(), 'latin1')
      const { authorization } = headers
      const echo: Echo = {
        sha256: digest(body),
        length: body.length,
        contentType: headers['content-type'] ?? null,
        authorization: authorization === undefined ? null : digest(authorization),
      }
      return jsonAnswer(200, echo)
    },
  }
}

/** As an echo has it. */
export function digest(what: string | Buffer): string {
  return createHash('sha256').update(what).digest('base64url')
}
