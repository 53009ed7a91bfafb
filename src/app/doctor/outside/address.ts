import { isIP } from 'node:net'
import { type AddressKind, addressKind } from '../../../net/address-kind.ts'
import { ownAddresses } from '../../../net/own-addresses.ts'
import type { Examination, Finding, Patient } from '../examination.ts'
import { findingsOf, type Judged } from './judged.ts'
import { isPublic, lookUpName, type NamedAddresses } from './look-up-name.ts'
import { publicHost } from './public-host.ts'

/** What is known of where a name leads. */
export interface NameFacts extends NamedAddresses {
  /** The addresses that this machine has. */
  own: string[]
}

/** Whether the name leads to an address that Amazon's servers can connect to. */
export const ADDRESS: Examination = {
  id: 'address',
  title: 'Name and address',
  isLocal: false,
  async look(patient) {
    try {
      return findingsOf('address', judgeAddress({ ...(await lookUpName(patient)), own: ownAddresses() }))
    } catch (error) {
      return [unseen(patient, error as Error)]
    }
  },
}

const NEEDS = 'a public IPv4 address behind the name: Amazon connects by IPv4, from outside.'

export function judgeAddress({ host, four, six, outside, own }: NameFacts): Judged[] {
  if (isIP(host) !== 0) return [bareAddress(host)]
  const whatFour = four.join(', ')
  if (four.length === 0 && six.length === 0) {
    return [
      {
        verdict: 'fault',
        found: `${host} has no address: no name server knows one.`,
        needs: NEEDS,
        remedy: `give ${host} an A record with your public address where you registered the domain, then:  dig +short A ${host}`,
      },
    ]
  }
  if (four.length === 0) {
    return [
      {
        verdict: 'fault',
        found: `${host} has IPv6 addresses alone: ${six.join(', ')}.`,
        needs: NEEDS,
        remedy: `add an A record with your public IPv4 address. Where your provider gives you none of your own (DS-Lite, CGNAT), ask for one, or put a tunnel in front.`,
      },
    ]
  }
  const bad = four.filter((address) => !isPublic(address))
  if (bad.length > 0 && outside?.length && outside.every(isPublic)) {
    const found = `${host} leads to ${outside.join(', ')} outside, and to ${whatFour} in this network (split DNS).`
    return [{ verdict: 'good', found }, ...aboutSix(host, six)]
  }
  if (bad.length > 0) return bad.map((address) => notPublic(host, address, four.length > bad.length))
  const here = four.filter((address) => own.includes(address))
  const whose =
    here.length > 0 ? ', which this machine has itself' : '; whether it leads to this machine, "Reaching it" tells'
  return [{ verdict: 'good', found: `${host} leads to ${whatFour}${whose}.` }, ...aboutSix(host, six)]
}

const KINDS: Record<Exclude<AddressKind, 'public'>, { what: string; remedy: string }> = {
  private: {
    what: 'an address of your own network, which nobody outside can reach',
    remedy: "put your router's public address into the A record (its status page shows it), or use dynamic DNS.",
  },
  carrier: {
    what: "an address of your provider's network, which many homes share (CGNAT)",
    remedy:
      'no forwarding reaches you there: ask your provider for a public IPv4 address, or put a tunnel in front ' +
      '(Cloudflare Tunnel, Tailscale Funnel) and serve it by listen.plain.',
  },
  loopback: { what: "each machine's own address", remedy: 'put your public address into the A record.' },
  'link-local': {
    what: 'an address that a machine gives itself where it gets none',
    remedy: 'put your public address into the A record; whatever updates it read the wrong network interface.',
  },
  reserved: { what: "nobody's address", remedy: 'put your public address into the A record.' },
}

function notPublic(host: string, address: string, isOneOfSeveral: boolean): Judged {
  const { what, remedy } = KINDS[addressKind(address) as Exclude<AddressKind, 'public'>]
  const one = isOneOfSeveral ? ', and Amazon may take that one' : ''
  return {
    verdict: 'fault',
    found: `${host} leads to ${address}: ${what}${one}.`,
    needs: NEEDS,
    remedy: `${remedy} Then:  dig +short A ${host}`,
  }
}

function bareAddress(host: string): Judged {
  return {
    verdict: 'fault',
    found: `public_url has the address ${host} in it, and no name.`,
    needs: 'a name that leads to a public IPv4 address, and that a public CA makes a certificate for.',
    remedy: 'register a domain, or take a name of dynamic DNS, and write it into public_url.',
  }
}

/** Alexa doesn't use IPv6, a phone on the way to the page may. */
function aboutSix(host: string, six: string[]): Judged[] {
  const bad = six.filter((address) => !isPublic(address))
  if (bad.length === 0) return []
  return [
    {
      verdict: 'attention',
      found: `${host} also has the IPv6 address ${bad.join(', ')}, which nobody outside can reach.`,
      needs: 'that the page to link opens on any phone, and many try IPv6 first.',
      remedy: 'take that AAAA record out.',
    },
  ]
}

function unseen(patient: Patient, { message }: Error): Finding {
  return {
    id: 'address',
    verdict: 'unseen',
    found: `no name server could be asked for ${publicHost(patient)}: ${message}.`,
    remedy:
      'is this machine connected, and is its name server right (/etc/resolv.conf)? --through HOST:PORT asks without one.',
  }
}
