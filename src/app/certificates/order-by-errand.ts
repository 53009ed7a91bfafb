import type { CertificateAuthority, OrderProblem, OrderWays } from '../../certificates/acme/order.ts'
import { OrderError } from '../../certificates/acme/order.ts'
import type { OrderJob, OrderQuestion, RenewalInfoJob } from '../../certificates/acme/order-errand.ts'
import type { TlsSource } from '../../config/tls-sources.ts'
import { ErrandError, type Errands } from '../process/errands.ts'
import { externalAccountKey } from '../site/secret-sources.ts'
import { StartError } from '../start-error.ts'
import { dnsWithSecrets } from './dns-with-secrets.ts'

type Settings = Pick<Extract<TlsSource, { source: 'acme' }>, 'dns' | 'eab'>

/** Has CAs asked by a process of its own. The secrets among the settings are read anew for each order. */
export function orderByErrand(errands: Errands, { dns, eab }: Settings): CertificateAuthority {
  return {
    order: (request, ways, stopping) =>
      inWords(async () => {
        const externalAccount = eab && { kid: eab.kid, hmacKey: await externalAccountKey(eab.hmac_key) }
        const withAccount = { ...request, externalAccount }
        const job: OrderJob = { kind: 'order', request: withAccount, dns: dns && (await dnsWithSecrets(dns)) }
        return errands.run(job, (question) => answer(ways, question as OrderQuestion), stopping)
      }),
    renewalInfo: (directory, certificate) =>
      inWords(() => {
        const job: RenewalInfoJob = { kind: 'renewal-info', directory, certificate }
        return errands.run(job)
      }),
  }
}

/** @throws OrderError */
async function inWords<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ErrandError) throw new OrderError(error.message, error.details as OrderProblem, error)
    if (error instanceof StartError) throw new OrderError(error.message, {}, error)
    throw error
  }
}

async function answer(ways: OrderWays, { way, words }: OrderQuestion): Promise<null> {
  const [first = '', second = ''] = words
  switch (way) {
    case 'tell':
      ways.tell(first)
      break
    case 'keepAccount':
      await ways.keepAccount?.(first)
      break
    case 'putHttp':
    case 'putAlpn':
      await ways[way]?.(first, second)
      break
    case 'removeHttp':
    case 'removeAlpn':
      await ways[way]?.(first)
      break
  }
  return null
}
