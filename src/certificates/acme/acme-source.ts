import type { CertificateSource } from '../certificate-source.ts'
import { type AcmeOptions, openOrders } from './acme-orders.ts'
import { openRenewals } from './acme-renewals.ts'
import { openTries } from './order-tries.ts'

/**
 * `tls.source: acme`. What is kept and good is served, whatever the CA does; what is missing, or due, is ordered for as
 * long as the gateway listens.
 */
export function acmeSource(options: AcmeOptions): CertificateSource {
  const orders = openOrders(options)
  const tries = openTries({ files: orders.files, names: options.names }, options.environment)
  const renewals = openRenewals(options, orders, tries)
  const ended = new AbortController()
  return {
    // `skillgate cert renew` may write them too.
    files: options.settings.keys.map(orders.file),
    async load() {
      const stored = await Promise.all(options.settings.keys.map(orders.stored))
      renewals.lookNow()
      return stored.flatMap((one) => one ?? [])
    },
    async renew() {
      await tries.refuseWhileAskedToWait()
      await tries.attempt(() => orders.order(options.settings.keys, ended.signal), ended.signal)
    },
    tend(onNew) {
      const stop = renewals.begin(onNew)
      return () => {
        ended.abort()
        return stop()
      }
    },
  }
}
