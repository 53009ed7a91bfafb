import type { RegisteredClient } from './clients.ts'
import { OAuthError } from './errors.ts'
import type { Parameters } from './parameters.ts'

/**
 * The redirect URI of a request, which must be one of the client's, letter by letter.
 * @throws OAuthError invalid_request, to be shown on a page: nobody may be sent to a URI that failed this.
 * @see RFC 9700 section 2.1
 */
export function checkRedirectUri(client: RegisteredClient, parameters: Parameters): string {
  const uri = parameters.require('redirect_uri')
  if (!client.redirect_uris.includes(uri)) {
    const detail = `client ${client.id} asked for ${JSON.stringify(uri)}, registered are ${client.redirect_uris.join(' ')}`
    throw new OAuthError('invalid_request', 'The redirect_uri is not registered for this client.', detail)
  }
  return uri
}
