import type { ServerCertificate } from '../../certificates/server-certificate.ts'

/** As the manifest of a skill calls them. */
export type EndpointCertificate = 'Trusted' | 'Wildcard' | 'SelfSigned'

/**
 * What Alexa has to be told of the certificate: one with the name of the host in it, one of `*.` its domain, or one of our
 * own. Of that of a proxy in front, which nobody here has, what most have.
 */
export function endpointCertificate(
  certificate: Pick<ServerCertificate, 'names' | 'caFile'> | undefined,
  host: string,
): EndpointCertificate {
  if (!certificate) return 'Trusted'
  const { names, caFile } = certificate
  if (caFile !== undefined) return 'SelfSigned'
  return names.some((name) => name.toLowerCase() === host.toLowerCase()) ? 'Trusted' : 'Wildcard'
}

/** As the console's list says it. */
export const IN_CONSOLE: Record<EndpointCertificate, string> = {
  Trusted: 'My development endpoint has a certificate from a trusted certificate authority',
  Wildcard:
    'My development endpoint is a sub-domain of a domain that has a wildcard certificate from a certificate authority',
  SelfSigned: 'none of them works: its certificate is from the local CA',
}
