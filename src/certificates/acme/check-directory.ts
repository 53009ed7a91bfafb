import { isObject } from '../../http/is-object.ts'
import { OrderError, type OrderRequest } from './order.ts'

/** As much of a CA's directory as is looked at. @see RFC 8555 section 7.1.1, RFC 9773 section 3 */
export interface AcmeDirectory {
  newOrder?: string
  renewalInfo?: string
  meta?: { termsOfService?: string; externalAccountRequired?: boolean; profiles?: Record<string, string> }
}

/** That the CA can do what is asked of it, before anything is. @throws OrderError */
export function checkDirectory(offered: unknown, request: OrderRequest): void {
  const { directory, profile, termsOfServiceAgreed, externalAccount, accountUrl } = request
  if (!isObject(offered) || typeof offered.newOrder !== 'string')
    throw new OrderError(
      `${directory} is not the directory of a CA: look at "tls.directory", and whether this network wants a sign-in first.`,
    )
  const meta: NonNullable<AcmeDirectory['meta']> = isObject(offered.meta) ? offered.meta : {}
  if (meta.externalAccountRequired && externalAccount === undefined && accountUrl === undefined)
    throw new OrderError(
      `${directory} wants an account made at its web site first: make one, and write the credentials for EAB that it shows there into "tls.eab".`,
    )
  if (meta.termsOfService !== undefined && !termsOfServiceAgreed)
    throw new OrderError(
      `${directory} wants its terms of service accepted: read ${meta.termsOfService}, then set tls.terms_of_service: accepted`,
    )
  const profiles = isObject(meta.profiles) ? Object.keys(meta.profiles) : []
  if (profile === undefined || profiles.includes(profile)) return
  const those = profiles.length === 0 ? 'none' : profiles.join(', ')
  throw new OrderError(`${directory} has no profile "${profile}"; it has ${those}. Mend "tls.profile".`)
}
