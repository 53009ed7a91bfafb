import { rawHeader } from '../../http/raw-headers.ts'
import type { AccessTokens } from '../../oauth/grants/access-tokens.ts'
import type { Allowed } from '../access/access.ts'
import type { Exchange } from '../exchange.ts'
import type { UpstreamDestination } from '../routes/destination.ts'

/** What a person's own page says to its server of who they are there; nothing, where it says nothing. */
export interface OwnAuthorization {
  credentials: string | undefined
}

/**
 * Where somebody whose browser is signed in here signs in at the upstream as well, what they send there, in place of the
 * gateway's own token. An access token of this gateway is no upstream's business.
 * @returns undefined where the gateway signs in, or nobody does. @throws StorageError
 */
export async function ownAuthorization(
  { passAuthorization }: UpstreamDestination,
  { rawHeaders }: Exchange,
  { session }: Allowed,
  accessTokens: Pick<AccessTokens, 'find'>,
): Promise<OwnAuthorization | undefined> {
  if (!passAuthorization || session === undefined) return undefined
  const credentials = rawHeader(rawHeaders, 'authorization')
  const [, token] = /^Bearer +(\S+)$/i.exec(credentials ?? '') ?? []
  const isOurs = token !== undefined && (await accessTokens.find(token)) !== undefined
  return { credentials: isOurs ? undefined : credentials }
}
