import type { EndpointRequest } from '../../http/answer.ts'
import { ForeignRequestError } from './foreign-request-error.ts'

type Request = Pick<EndpointRequest, 'headers'>

/*
 * A page elsewhere on this host, which an upstream may serve, is no person. Browsers say what a request is for, whose page
 * brought it about, and whether somebody pressed something there; no script can say otherwise, and older browsers say
 * nothing. @see Fetch Metadata Request Headers, section 2; docs/decisions/pages-of-upstreams.md
 */

/** @throws ForeignRequestError for what is not to be shown as a page of its own, as a script or a frame wants it. */
export function checkNavigation({ headers }: Request): void {
  const destination = headers['sec-fetch-dest']
  if (destination === undefined || destination === 'document') return
  throw new ForeignRequestError('sent by a script or another site')
}

/**
 * Nothing of the gateway's own leads to a page that asks for consent: apps do, and people who type its address.
 * @throws ForeignRequestError where a page of this host opens it, which could look into it then.
 */
export function checkOpenedFromElsewhere({ headers }: Request): void {
  if (headers['sec-fetch-site'] !== 'same-origin') return
  throw new ForeignRequestError('opened by a page on the host of the gateway')
}

/** @throws ForeignRequestError where the form was not on a page of this host. */
export function checkSentFromHere({ headers }: Request): void {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return
  throw new ForeignRequestError(`sent by a page of another origin (${site})`)
}

/** @throws ForeignRequestError where nobody pressed anything, as far as the browser would tell. */
export function checkPressed({ headers }: Request): void {
  if (headers['sec-fetch-user'] === '?1' || !tellsOfUsers(headers)) return
  throw new ForeignRequestError('sent without anybody pressing a button')
}

/** Safari has the other headers, but not this one (WebKit bug 247697). Chromium and Firefox always have both. */
function tellsOfUsers(headers: Request['headers']): boolean {
  if (headers['sec-fetch-site'] === undefined) return false
  return headers['sec-ch-ua'] !== undefined || /\bFirefox\/\d/.test(headers['user-agent'] ?? '')
}
