import type { Environment } from '../../config/environment.ts'
import type { DnsSettings } from './dns/dns-settings.ts'
import { openDnsRecords } from './dns/open-dns-records.ts'
import { fetchRenewalInfo } from './fetch-renewal-info.ts'
import type { Directory, OrderedCertificate, OrderRequest, OrderWays, RenewalInfo } from './order.ts'
import { orderCertificate } from './order-certificate.ts'

/** An order, as a job for a process of its own. Who puts records into the DNS goes along, with its secrets. */
export interface OrderJob {
  kind: 'order'
  request: OrderRequest
  dns?: DnsSettings | undefined
}

export interface RenewalInfoJob {
  kind: 'renewal-info'
  directory: Directory
  certificate: string
}

/** What the process asks the gateway to do meanwhile; the name of one of its ways, and what that is given. */
export interface OrderQuestion {
  way: 'putHttp' | 'removeHttp' | 'putAlpn' | 'removeAlpn' | 'tell' | 'keepAccount'
  words: string[]
}

/** @throws OrderError */
export function orderInErrand(
  { request, dns }: OrderJob,
  ask: (question: OrderQuestion) => Promise<unknown>,
  environment: Environment,
): Promise<OrderedCertificate> {
  const by =
    (way: OrderQuestion['way']) =>
    async (...words: string[]) =>
      void (await ask({ way, words }))
  const tell = (sentence: string) => void ask({ way: 'tell', words: [sentence] })
  const ways: OrderWays = {
    putHttp: by('putHttp'),
    removeHttp: by('removeHttp'),
    putAlpn: by('putAlpn'),
    removeAlpn: by('removeAlpn'),
    keepAccount: by('keepAccount'),
    tell,
    ...(dns && { dns: openDnsRecords(dns, { ...environment, warn: tell }) }),
  }
  return orderCertificate(request, ways, environment)
}

/** @throws OrderError */
export function renewalInfoInErrand(
  { directory, certificate }: RenewalInfoJob,
  _: unknown,
  environment: Environment,
): Promise<RenewalInfo> {
  return fetchRenewalInfo(directory, certificate, environment)
}
