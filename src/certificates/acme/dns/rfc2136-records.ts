import { type Asking, askSigned } from './ask-signed.ts'
import { dnsFailure } from './dns-failure.ts'
import { CLASS, encodeText, OPCODE, type ResourceRecord, TYPE } from './dns-message.ts'
import type { DnsRecords } from './dns-records.ts'
import type { DnsSettingsOf } from './dns-settings.ts'
import type { TransactionKey } from './transaction-signature.ts'

/** Seconds; nobody needs it for longer than an order takes. */
const TTL = 60
/** In bytes; fewer can be tried out. */
const KEY_LENGTH_MINIMUM = 16

/**
 * `by: rfc2136`: updates of a zone at its own name server (RFC 2136), signed with a key that both have (RFC 8945).
 * @throws CertificateError dns_failed, where the key is none.
 */
export function rfc2136Records(
  settings: DnsSettingsOf<'rfc2136'>,
  environment: Pick<Asking, 'now' | 'randomBytes'>,
): DnsRecords {
  const who = `The name server ${settings.server}`
  const asking = { ...environment, settings, who, key: keyOf(settings, who) }

  /** The zone that a name is in: whoever has it names it, also where the name isn't there (RFC 2308 section 3). */
  async function zoneOf(name: string): Promise<string> {
    const labels = name.split('.')
    for (let i = 0; i < labels.length - 1; i++) {
      const questions = [{ name: labels.slice(i).join('.'), type: TYPE.SOA, class: CLASS.IN }]
      const { answers, authorities } = await askSigned({ opcode: OPCODE.QUERY, name, parts: { questions } }, asking)
      const soa = [...answers, ...authorities].find((one) => one.type === TYPE.SOA && isBelow(name, one.name))
      if (soa) return soa.name
    }
    throw dnsFailure(who, `it has no zone with ${name} in it`, 'Is dns.server the primary server of the zone?')
  }

  async function update(name: string, value: string, kind: Pick<ResourceRecord, 'class' | 'ttl'>): Promise<void> {
    const questions = [{ name: await zoneOf(name), type: TYPE.SOA, class: CLASS.IN }]
    const authorities = [{ name, type: TYPE.TXT, ...kind, data: encodeText(value) }]
    await askSigned({ opcode: OPCODE.UPDATE, name, parts: { questions, authorities } }, asking)
  }

  return {
    // Sections 2.5.1 and 2.5.4: one record more or less in a set; what is there, or gone, already changes nothing.
    set: (name, value) => update(name, value, { class: CLASS.IN, ttl: TTL }),
    remove: (name, value) => update(name, value, { class: CLASS.NONE, ttl: 0 }),
  }
}

function keyOf({ key_name, key, algorithm }: DnsSettingsOf<'rfc2136'>, who: string): TransactionKey {
  const secret = Buffer.from(key, 'base64')
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(key) && secret.length >= KEY_LENGTH_MINIMUM)
    return { name: key_name.replace(/\.$/, ''), secret, algorithm }
  const advice = `Put the word after "secret" of what this prints there, alone:  tsig-keygen -a ${algorithm} ${key_name}`
  throw dnsFailure(who, `dns.key is no key in base64, of ${KEY_LENGTH_MINIMUM} bytes or more`, advice)
}

function isBelow(name: string, zone: string): boolean {
  return name.toLowerCase() === zone || name.toLowerCase().endsWith(`.${zone}`)
}
