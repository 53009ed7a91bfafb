import type { DnsSettingsOf } from './dns-settings.ts'

type Settings = DnsSettingsOf<'rfc2136'>

/** Of RFC 1035 section 4.1.1 and RFC 2136 section 2.2. */
const CODES: Record<number, string> = {
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  9: 'NOTAUTH',
  10: 'NOTZONE',
}

export function nameOfCode(code: number): string {
  return CODES[code] ?? `the code ${code}`
}

/** What to do about an answer with this code to an update of a name, or, without one, to a question. */
export function adviceForCode(code: number, { key_name }: Settings, updated?: string): string {
  switch (code) {
    case 2:
      return 'Its own log says why. BIND answers so where it may not write beside the file of the zone.'
    case 5:
      return updated === undefined
        ? 'Does it have the zone of this name, and answer whoever asks from here?'
        : `Allow the key to change the zone, in BIND with:  update-policy { grant ${key_name} name ${updated}. TXT; };`
    case 4:
      return 'It takes no updates: choose another dns.by.'
    case 9:
    case 10:
      return 'Is dns.server the primary server of the zone? A secondary one takes no updates.'
    default:
      return 'Its own log should say why.'
  }
}

/** What a server says of our signature (RFC 8945 section 5.2), in words. */
export function adviceForSignature(
  { error, serverTime }: { error: number; serverTime?: number },
  { now, settings: { key_name, algorithm } }: { now: number; settings: Settings },
): { what: string; advice: string } {
  switch (error) {
    case 16:
      return {
        what: `it has another key under the name ${key_name} (BADSIG)`,
        advice: 'Put the same base64 there and where dns.key says.',
      }
    case 17:
      return {
        what: `it knows no key ${key_name} of ${algorithm} (BADKEY)`,
        advice: 'Are dns.key_name and dns.algorithm as in its configuration?',
      }
    case 18: {
      const apart = serverTime === undefined ? 'some' : String(Math.abs(Math.round(now / 1000 - serverTime)))
      return {
        what: `its clock and that of this machine are ${apart} s apart (BADTIME)`,
        advice: 'Set both ("timedatectl" shows whether they are).',
      }
    }
    default:
      return { what: `it refused the signature with the code ${error}`, advice: 'Its own log should say why.' }
  }
}
