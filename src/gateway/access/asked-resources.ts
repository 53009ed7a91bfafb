import type { Exchange } from '../exchange.ts'

/** As much of a request as tells what it asks for. */
export type Asked = Pick<Exchange, 'host' | 'record'>

/** How what is asked for is called as a protected resource: each path is one of its own. @see RFC 9728 section 3.3 */
export interface AskedResources {
  /** Whether a token for these, in their canonical form, is good there: by what is asked for, or by its route. @see RFC 8707 section 2 */
  covers: (granted: string[], asked: Asked) => boolean
  /** Where a client learns how to get such a token: metadata that name exactly what it asked for. @see RFC 9728 section 5.1 */
  metadataOf: (asked: Asked) => string
}
