import type { RegisteredClient } from '../clients/clients.ts'
import { deny } from '../deny.ts'
import type { Parameters } from './parameters.ts'

/**
 * The redirect URI of a request, which must be one of the client's, letter by letter; where it names none, the only one.
 * @throws OAuthError invalid_request, to be shown on a page: nobody may be sent to a URI that failed this.
 * @see RFC 9700 section 2.1, RFC 6749 section 3.1.2.3
 */
export function checkRedirectUri(client: RegisteredClient, parameters: Parameters): string {
  const uri = parameters.get('redirect_uri') ?? onlyOne(client) ?? parameters.require('redirect_uri')
  if (!isRegistered(client, uri)) {
    const detail = `client ${client.id} asked for ${JSON.stringify(uri)}, ${client.documented ? 'its document has' : 'registered are'} ${client.redirect_uris.join(' ')}`
    throw deny('redirect-uri-not-registered', detail)
  }
  return uri
}

/**
 * @returns undefined where there is no telling: also where only a part of it is registered, for the port is chosen each time;
 * or where a document may have another one by the time that somebody has read the page.
 */
function onlyOne({ public: isPublic, documented, redirect_uris: [uri, ...others] }: RegisteredClient) {
  if (uri === undefined || others.length > 0 || documented) return undefined
  return isPublic && LOOPBACK.test(uri) ? undefined : uri
}

/** An app takes whatever port is free when it runs; only its path can be registered. @see RFC 8252 section 7.3 */
function isRegistered(client: RegisteredClient, uri: string): boolean {
  if (client.redirect_uris.includes(uri)) return true
  const parts = client.public ? LOOPBACK.exec(uri) : null
  if (!parts || !isPort(parts[2])) return false
  return client.redirect_uris.some((registered) => {
    const own = LOOPBACK.exec(registered)
    return own !== null && own[1] === parts[1] && own[3] === parts[3]
  })
}

/** Host, port, and all that follows, which is compared letter by letter. */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?((?:[/?].*)?)$/s

function isPort(digits: string | undefined): boolean {
  return digits === undefined || (/^[1-9]/.test(digits) && Number(digits) <= 65_535)
}
