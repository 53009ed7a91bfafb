import type { DnsSettings } from '../../certificates/acme/dns/dns-settings.ts'
import type { TlsSource } from '../../config/tls-sources.ts'
import { dnsSecret } from '../site/secret-sources.ts'

/** `tls.dns` with its secrets, as they are now. Never to be logged. @throws StartError when a file isn't there. */
export async function dnsWithSecrets(
  dns: NonNullable<Extract<TlsSource, { source: 'acme' }>['dns']>,
): Promise<DnsSettings> {
  switch (dns.by) {
    case 'command':
      return dns
    case 'webhook':
      return { ...dns, token: dns.token && (await dnsSecret(dns.token, 'token')) }
    case 'cloudflare':
    case 'duckdns':
      return { ...dns, token: await dnsSecret(dns.token, 'token') }
    case 'rfc2136':
      return { ...dns, key: await dnsSecret(dns.key, 'key') }
  }
}
