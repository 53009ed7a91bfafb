import type { EndpointRequest } from '../../http/answer.ts'
import { ForeignRequestError } from './foreign-request-error.ts'

/**
 * A script of a page elsewhere on this host, which an upstream may serve, is no person. Browsers say what a request is
 * for, and no script can say otherwise; older ones say nothing.
 * @throws ForeignRequestError @see Fetch Metadata Request Headers, section 2.1
 */
export function checkNavigation({ headers }: Pick<EndpointRequest, 'headers'>): void {
  const destination = headers['sec-fetch-dest']
  if (destination === undefined || destination === 'document') return
  throw new ForeignRequestError('sent by a script or another site')
}
