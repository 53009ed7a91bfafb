import { Resolver } from 'node:dns/promises'
import { rootCertificates } from 'node:tls'
import type { Ways } from './examination.ts'

/** A name server that says nothing for so long, twice, is none. */
const DNS_TIMEOUT_MS = 3000

/** What a name server says when it knows that there is nothing. */
const NOTHING = ['ENODATA', 'ENOTFOUND']

/** By Alexa's clock, her requests are dated. */
const CLOCKS = ['https://api.amazonalexa.com/']

/**
 * The ways out of this machine as they are.
 * @param connectTo where connections to the public URL go instead of where the DNS says.
 * @param open asks name servers, those of this machine unless others are named.
 */
export function openWays(connectTo?: Ways['connectTo'], open: OpenResolver = openResolver): Ways {
  const resolver = open()
  return {
    resolve: (name, family) => askResolver(resolver, name, family),
    resolveOutside: (name, family) => askOwners(name, family, { resolver, open }),
    connectTo,
    roots: rootCertificates,
    clocks: CLOCKS,
  }
}

export type OpenResolver = (servers?: string[]) => Pick<Resolver, 'resolve4' | 'resolve6' | 'resolveNs'>

function openResolver(servers?: string[]): Resolver {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 })
  if (servers) resolver.setServers(servers)
  return resolver
}

type Asked = ReturnType<OpenResolver>

/** Asks name servers alone: what this machine's own list of hosts says, nobody else knows. */
function askResolver(resolver: Asked, name: string, family: 4 | 6): Promise<string[]> {
  return noneIfNothing(family === 4 ? resolver.resolve4(name) : resolver.resolve6(name))
}

/**
 * Asks the name servers that the domain names itself, which answer everybody alike: the one of a home may answer with
 * another address inside.
 */
async function askOwners(
  name: string,
  family: 4 | 6,
  { resolver, open }: { resolver: Asked; open: OpenResolver },
): Promise<string[]> {
  const labels = name.split('.')
  // The domain is the longest part of the name that has name servers.
  for (let from = 0; from < labels.length - 1; from++) {
    const owners = await noneIfNothing(resolver.resolveNs(labels.slice(from).join('.')))
    if (owners.length === 0) continue
    const addresses = await Promise.all(owners.slice(0, 2).map((owner) => askResolver(resolver, owner, 4)))
    const servers = addresses.flat()
    return servers.length === 0 ? [] : askResolver(open(servers), name, family)
  }
  return []
}

async function noneIfNothing(asked: Promise<string[]>): Promise<string[]> {
  try {
    return await asked
  } catch (error) {
    if (NOTHING.includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}
