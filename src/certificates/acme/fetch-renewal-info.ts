import type { Environment } from '../../config/environment.ts'
import { openAcmeConnection } from './acme-connection.ts'
import { certificateId } from './certificate-id.ts'
import type { AcmeDirectory } from './check-directory.ts'
import type { Directory, RenewalInfo } from './order.ts'

interface Answer {
  suggestedWindow?: { start?: string; end?: string }
  explanationURL?: string
}

/**
 * Asks a CA when a certificate is to be renewed.
 * @param certificate PEM @throws OrderError @see RFC 9773 section 4
 */
export async function fetchRenewalInfo(
  directory: Directory,
  certificate: string,
  { now }: Pick<Environment, 'now'>,
): Promise<RenewalInfo> {
  const { attempt, get, retryAfterMs } = openAcmeConnection(directory, now)
  const doing = 'The CA could not be asked when to renew'
  const { renewalInfo } = await attempt(doing, () => get<AcmeDirectory>(directory.directory))
  const id = certificateId(certificate)
  if (renewalInfo === undefined || id === undefined)
    return { window: undefined, retryAfterMs: undefined, explanation: undefined }
  const { suggestedWindow = {}, explanationURL } = await attempt(doing, () => get<Answer>(`${renewalInfo}/${id}`))
  const [start, end] = [Date.parse(suggestedWindow.start ?? ''), Date.parse(suggestedWindow.end ?? '')]
  return {
    window: start < end ? { start, end } : undefined,
    retryAfterMs: retryAfterMs(),
    explanation: typeof explanationURL === 'string' ? explanationURL : undefined,
  }
}
