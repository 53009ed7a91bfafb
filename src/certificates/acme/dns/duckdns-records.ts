import { callApi } from './call-api.ts'
import { dnsFailure, quoted } from './dns-failure.ts'
import type { DnsRecords } from './dns-records.ts'
import type { DnsSettingsOf } from './dns-settings.ts'

const DUCKDNS = 'https://www.duckdns.org'
const WHO = 'DuckDNS'

/**
 * `by: duckdns`. A DuckDNS name has one TXT record, which is also that of all names below it, so a second value would
 * take the first one's place: that is refused until the first one is removed.
 */
export function duckdnsRecords(
  { token }: DnsSettingsOf<'duckdns'>,
  { fetch, api = DUCKDNS }: { fetch: typeof globalThis.fetch; api?: string | undefined },
): DnsRecords {
  /** By the name at DuckDNS; only what was set by this process, for what an earlier one has left may be overwritten. */
  const held = new Map<string, string>()

  async function update(name: string, query: Record<string, string>): Promise<void> {
    const url = `${api}/update?${new URLSearchParams({ domains: name, token, ...query })}`
    const { status, text } = await callApi({ who: WHO, url, fetch })
    if (status === 200 && text.trim() === 'OK') return
    const what = `it answered with ${status} and said ${quoted(text, [token])}`
    // KO is all that it ever says.
    const advice =
      text.trim() === 'KO'
        ? `Is dns.token the one that ${DUCKDNS} shows to whom ${name}.duckdns.org belongs?`
        : 'It may be out of order for now: try again later.'
    throw dnsFailure(WHO, what, advice)
  }

  return {
    async set(name, value) {
      const own = ownName(name)
      const other = held.get(own)
      if (other !== undefined && other !== value) {
        throw dnsFailure(
          WHO,
          `${own}.duckdns.org can have only one value at a time`,
          'Leave one of the names out of tls.names: *.NAME.duckdns.org or NAME.duckdns.org, or give each a source of its own under tls.hosts.',
        )
      }
      held.set(own, value)
      try {
        await update(own, { txt: value })
      } catch (error) {
        held.delete(own)
        throw error
      }
    },
    async remove(name, value) {
      const own = ownName(name)
      if ((held.get(own) ?? value) !== value) return
      await update(own, { txt: value, clear: 'true' })
      held.delete(own)
    },
  }
}

/** `home` of `_acme-challenge.music.home.duckdns.org`. @throws CertificateError dns_failed */
function ownName(name: string): string {
  const [, own] = /(?:^|\.)([^.]+)\.duckdns\.org$/.exec(name) ?? []
  if (own !== undefined && own !== '_acme-challenge') return own
  throw dnsFailure(
    WHO,
    `${name} is no name of DuckDNS`,
    'It has only names that end in .duckdns.org: choose another dns.by for this one.',
  )
}
