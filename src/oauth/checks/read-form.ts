import type { EndpointRequest } from '../../http/answer.ts'
import { deny } from '../deny.ts'
import { Parameters } from './parameters.ts'

/** @throws OAuthError invalid_request when the body is no form, or has a parameter twice. @see RFC 6749 section 3.2 */
export async function readForm({
  headers,
  readBody,
}: Pick<EndpointRequest, 'headers' | 'readBody'>): Promise<Parameters> {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') throw deny('not-a-form')
  const parameters = new Parameters(await readBody())
  parameters.checkNoneTwice()
  return parameters
}
