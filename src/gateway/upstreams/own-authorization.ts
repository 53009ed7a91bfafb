import { rawHeader } from '../../http/raw-headers.ts'
import type { AccessTokens } from '../../oauth/grants/access-tokens.ts'
import type { Exchange } from '../exchange.ts'

/**
 * What a person's own page says to its server of who they are there, in place of the gateway's own token: for routes where
 * somebody whose browser is signed in here, or whose device has a certificate, signs in at the upstream as well. An access token of this gateway is no
 * upstream's business.
 * @returns the value of `Authorization`; undefined where the page says nothing. @throws StorageError
 */
export async function ownAuthorization(
  { rawHeaders }: Pick<Exchange, 'rawHeaders'>,
  accessTokens: Pick<AccessTokens, 'find'>,
): Promise<string | undefined> {
  const credentials = rawHeader(rawHeaders, 'authorization')
  const [, token] = /^Bearer +(\S+)$/i.exec(credentials ?? '') ?? []
  const isOurs = token !== undefined && (await accessTokens.find(token)) !== undefined
  return isOurs ? undefined : credentials
}
