import { setTimeout as sleepFor } from 'node:timers/promises'
import { openNodeResolver } from './authoritative-servers.ts'
import { cloudflareRecords } from './cloudflare-records.ts'
import { commandRecords } from './command-records.ts'
import type { DnsRecords } from './dns-records.ts'
import type { DnsSettings } from './dns-settings.ts'
import type { DnsWays } from './dns-ways.ts'
import { duckdnsRecords } from './duckdns-records.ts'
import { rfc2136Records } from './rfc2136-records.ts'
import { waitUntilSeen } from './wait-until-seen.ts'
import { webhookRecords } from './webhook-records.ts'

/**
 * Who puts records into the DNS, as the configuration says. What is set is waited for.
 * @throws CertificateError dns_failed, where the settings can't work.
 */
export function openDnsRecords(settings: DnsSettings, ways: DnsWays): DnsRecords {
  const { openResolver: open = openNodeResolver, monotonic = () => performance.now(), warn } = ways
  const { sleep = async (milliseconds) => void (await sleepFor(milliseconds)) } = ways
  const records = recordsBy(settings, ways)
  return {
    async set(name, value) {
      await records.set(name, value)
      await waitUntilSeen({ name, value, wait: settings.wait }, { open, monotonic, sleep, warn })
    },
    remove: records.remove,
  }
}

function recordsBy(settings: DnsSettings, { fetch = globalThis.fetch, api, ...environment }: DnsWays): DnsRecords {
  switch (settings.by) {
    case 'command':
      return commandRecords(settings)
    case 'webhook':
      return webhookRecords(settings, { fetch })
    case 'cloudflare':
      return cloudflareRecords(settings, { fetch, api: api?.cloudflare })
    case 'duckdns':
      return duckdnsRecords(settings, { fetch, api: api?.duckdns })
    case 'rfc2136':
      return rfc2136Records(settings, environment)
  }
}
