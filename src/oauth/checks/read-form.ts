import type { EndpointRequest } from '../../http/answer.ts'
import { OAuthError } from '../oauth-error.ts'
import { Parameters } from './parameters.ts'

/** @throws OAuthError invalid_request when the body is no form, or has a parameter twice. @see RFC 6749 section 3.2 */
export async function readForm(
  headers: EndpointRequest['headers'],
  readBody: EndpointRequest['readBody'],
): Promise<Parameters> {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'The body has to be application/x-www-form-urlencoded.')
  }
  const parameters = new Parameters(await readBody())
  parameters.checkNoneTwice()
  return parameters
}
