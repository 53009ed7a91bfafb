import { Resolver } from 'node:dns/promises'

/** What is asked of name servers. */
export type NameResolver = Pick<Resolver, 'resolveNs' | 'resolve4' | 'resolve6' | 'resolveTxt' | 'resolveCname'>

/** @param servers addresses; those that this machine asks, if absent. */
export type OpenResolver = (servers?: string[]) => NameResolver

const TIMEOUT_MS = 3000

export function openNodeResolver(servers?: string[]): NameResolver {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 })
  if (servers) resolver.setServers(servers)
  return resolver
}

/**
 * The addresses of the servers that have the zone of a name, where a CA looks too; one list for each server.
 * @returns none, where they can't be found out.
 */
export async function authoritativeServers(name: string, open: OpenResolver): Promise<string[][]> {
  const resolver = open()
  const labels = name.split('.')
  for (let i = 0; i < labels.length - 1; i++) {
    const servers = await resolver.resolveNs(labels.slice(i).join('.')).catch(() => [])
    if (servers.length === 0) continue
    const addresses = await Promise.all(servers.map((server) => addressesOf(server, resolver)))
    return addresses.filter(({ length }) => length > 0)
  }
  return []
}

async function addressesOf(host: string, resolver: NameResolver): Promise<string[]> {
  const [four, six] = await Promise.all([
    resolver.resolve4(host).catch(() => []),
    resolver.resolve6(host).catch(() => []),
  ])
  return [...four, ...six]
}
