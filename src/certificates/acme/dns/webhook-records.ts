import { callApi } from './call-api.ts'
import { dnsFailure, quoted } from './dns-failure.ts'
import type { DnsRecords } from './dns-records.ts'
import type { DnsSettingsOf } from './dns-settings.ts'

/** `by: webhook`: a server of the user's gets each record as JSON, and answers when it is done. */
export function webhookRecords(
  { url, token }: DnsSettingsOf<'webhook'>,
  { fetch }: { fetch: typeof globalThis.fetch },
): DnsRecords {
  const who = `The webhook at ${new URL(url).host}`

  async function post(action: 'set' | 'remove', name: string, value: string): Promise<void> {
    const answer = await callApi({ who, url, method: 'POST', token, body: { action, name, value }, fetch })
    if (answer.status >= 200 && answer.status < 300) return
    throw dnsFailure(
      who,
      `it answered ${action} of ${name} with ${answer.status} and said ${quoted(answer.text, [token])}`,
      adviceFor(answer.status),
    )
  }

  return {
    set: (name, value) => post('set', name, value),
    remove: (name, value) => post('remove', name, value),
  }
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403) return 'Is dns.token the one that it wants?'
  if (status >= 300 && status < 400)
    return 'Put the address that it redirects to into dns.url; nothing is sent there by itself.'
  if (status === 404 || status === 405) return 'It has to take a POST at exactly dns.url.'
  return 'It has to answer with 200 or 204 once the record is set; its own log should say why it did not.'
}
