import { isObject } from '../../../http/is-object.ts'
import { parseJson } from '../../../http/parse-json.ts'
import { callApi } from './call-api.ts'
import { dnsFailure, quoted } from './dns-failure.ts'
import type { DnsRecords } from './dns-records.ts'
import type { DnsSettingsOf } from './dns-settings.ts'

const CLOUDFLARE = 'https://api.cloudflare.com/client/v4'
const WHO = 'Cloudflare'
/** Seconds; the shortest that every plan takes. */
const TTL = 60
/** What it calls a record that is there already. */
const THERE_ALREADY = [81057, 81058]
const GIVE_RIGHTS =
  'Give the token Zone.DNS: Edit and Zone.Zone: Read for this zone (dash.cloudflare.com, My Profile, API Tokens), and put it where dns.token says.'

interface Outcome {
  status: number
  result: Record<string, unknown>[]
  errors: { code?: unknown; message?: unknown }[]
  retryAfter: string | null
}

/** `by: cloudflare`: its API, version 4. */
export function cloudflareRecords(
  { token }: DnsSettingsOf<'cloudflare'>,
  { fetch, api = CLOUDFLARE }: { fetch: typeof globalThis.fetch; api?: string | undefined },
): DnsRecords {
  async function call(path: string, method = 'GET', body?: unknown): Promise<Outcome> {
    const { status, text, retryAfter } = await callApi({ who: WHO, url: api + path, method, token, body, fetch })
    const answer = parseJson(text)
    if (!isObject(answer)) {
      throw dnsFailure(WHO, `it answered with ${status} and ${quoted(text, [token])}`, 'It is out of order: try later.')
    }
    return { status, retryAfter, result: objectsIn(answer.result), errors: objectsIn(answer.errors) }
  }

  /** @throws CertificateError dns_failed, unless it was done. */
  function expect(outcome: Outcome, what: string): Outcome {
    const { status, errors, retryAfter } = outcome
    if (status >= 200 && status < 300 && errors.length === 0) return outcome
    const said = errors.map(({ code, message }) => `${message} (${code})`).join(', ')
    throw dnsFailure(
      WHO,
      `it refused to ${what} with ${status} and said ${quoted(said, [token])}`,
      adviceFor(status, retryAfter),
    )
  }

  /** The zone that a name is in: the longest ending of it that is one of the account's. */
  async function zoneOf(name: string): Promise<string> {
    const labels = name.split('.')
    for (let i = 0; i < labels.length - 1; i++) {
      const ending = labels.slice(i).join('.')
      const { result } = expect(await call(`/zones?name=${encodeURIComponent(ending)}`), `look up the zone ${ending}`)
      const [zone] = result
      if (typeof zone?.id === 'string') return encodeURIComponent(zone.id)
    }
    throw dnsFailure(WHO, `no zone that this token may see has ${name} in it`, GIVE_RIGHTS)
  }

  async function set(name: string, value: string): Promise<void> {
    const record = { type: 'TXT', name, content: `"${value}"`, ttl: TTL, comment: 'Skillgate, for a certificate' }
    const outcome = await call(`/zones/${await zoneOf(name)}/dns_records`, 'POST', record)
    if (outcome.errors.some(({ code }) => THERE_ALREADY.includes(Number(code)))) return
    expect(outcome, `make the record ${name}`)
  }

  async function remove(name: string, value: string): Promise<void> {
    const records = `/zones/${await zoneOf(name)}/dns_records`
    const there = await call(`${records}?type=TXT&name=${encodeURIComponent(name)}`)
    for (const { id, content } of expect(there, `list the records of ${name}`).result) {
      if (typeof id !== 'string' || String(content).replace(/^"(.*)"$/, '$1') !== value) continue
      const gone = await call(`${records}/${encodeURIComponent(id)}`, 'DELETE')
      // Somebody else was quicker.
      if (gone.status !== 404) expect(gone, `remove the record ${name}`)
    }
  }

  return { set, remove }
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  return [value].flat().filter(isObject)
}

function adviceFor(status: number, retryAfter: string | null): string {
  if (status === 429) return `It wants fewer requests: try again ${retryAfter ? `in ${retryAfter} s` : 'later'}.`
  return status >= 500 ? 'It is out of order: try later.' : GIVE_RIGHTS
}
