import { z } from 'zod'
import type { Mistake } from '../mistake.ts'
import { word } from './drafts.ts'

const draftSource = z.object({
  source: word,
  challenge: word,
  names: z.array(z.string().catch('')).optional().catch(undefined),
  dns: z.unknown().optional(),
})

/** As much of `tls` as its parts, and `listen`, depend on. */
export const draftTls = z.union([
  z.literal('none').transform(() => ({ source: 'none' as const, hosts: {} })),
  draftSource.extend({ hosts: z.record(z.string(), draftSource.catch({})).catch({}) }),
])

/** As much of `listen` as `tls` depends on. */
export const draftListen = z.object({
  https: word,
  http: word,
  plain: word,
  trusted_proxies: z.unknown(),
  proxy_protocol: z.unknown(),
})

type DraftSource = z.infer<typeof draftSource>

export function tlsMistakes(
  tls: z.infer<typeof draftTls> | undefined,
  listen: Partial<z.infer<typeof draftListen>>,
): Mistake[] {
  if (!tls?.source) return []
  const mistakes: Mistake[] = []
  const isNone = tls.source === 'none'
  if (isNone && listen.https !== undefined)
    mistakes.push({ path: ['listen', 'https'], message: 'expected none, for with tls: none there is no certificate' })
  if (isNone && listen.plain === undefined)
    mistakes.push({ path: ['listen'], message: 'expected plain, for with tls: none nothing else serves' })
  if (!isNone && listen.https === undefined)
    mistakes.push({ path: ['listen'], message: 'expected https, or tls: none with plain' })
  const trusted = Array.isArray(listen.trusted_proxies) ? listen.trusted_proxies : []
  if (listen.plain !== undefined && trusted.length === 0)
    mistakes.push({
      path: ['listen', 'plain'],
      message: 'expected listen.trusted_proxies besides, for only those may come here',
    })
  if (listen.proxy_protocol === true && trusted.length === 0)
    mistakes.push({
      path: ['listen', 'proxy_protocol'],
      message: 'expected listen.trusted_proxies besides, for only what those send is read',
    })
  const sources: [PropertyKey[], DraftSource, string[]][] = isNone
    ? []
    : [
        [['tls'], tls as DraftSource, []],
        ...Object.entries(tls.hosts).map(([host, source]): [PropertyKey[], DraftSource, string[]] => [
          ['tls', 'hosts', host],
          source,
          [host],
        ]),
      ]
  return [...mistakes, ...sources.flatMap(([path, source, names]) => acmeMistakes(path, source, names, listen.http))]
}

function acmeMistakes(path: PropertyKey[], source: DraftSource, own: string[], http: string | undefined): Mistake[] {
  if (source.source !== 'acme') return []
  const { challenge = 'tls-alpn-01', names = own, dns } = source
  const mistakes: Mistake[] = []
  if (challenge === 'dns-01' && dns === undefined)
    mistakes.push({ path, message: 'expected dns besides, which says who puts the record of dns-01 there' })
  if (challenge !== 'dns-01' && dns !== undefined)
    mistakes.push({ path: [...path, 'dns'], message: 'expected challenge: dns-01 besides' })
  const [crowded] = isDuckDns(dns) ? namesOfOneText(names) : []
  if (crowded !== undefined)
    mistakes.push({
      path: [...path, 'names'],
      message: `expected one name of ${crowded}, for DuckDNS proves one at a time: give another one a source of its own in tls.hosts`,
    })
  if (challenge === 'http-01' && http === undefined)
    mistakes.push({
      path: [...path, 'challenge'],
      message: 'expected listen.http besides, where a CA looks for http-01',
    })
  const wild = names.find((name) => name.startsWith('*.'))
  if (challenge !== 'dns-01' && wild !== undefined)
    mistakes.push({ path: [...path, 'challenge'], message: `expected dns-01, for ${wild} is a wildcard` })
  return mistakes
}

function isDuckDns(dns: unknown): boolean {
  return typeof dns === 'object' && dns !== null && 'by' in dns && dns.by === 'duckdns'
}

/** Names at DuckDNS that several of these are, or are below: those have one text together. */
function namesOfOneText(names: string[]): string[] {
  const owners = names.map((name) => /[^.]+\.duckdns\.org$/.exec(name)?.[0])
  return owners.filter((owner, i): owner is string => owner !== undefined && owners.indexOf(owner) !== i)
}
