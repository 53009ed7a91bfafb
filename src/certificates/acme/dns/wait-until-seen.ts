import { authoritativeServers, type NameResolver, type OpenResolver } from './authoritative-servers.ts'

const LOOK_EVERY_MS = 2000
/** Of names that stand for one another; more is a circle. */
const ALIAS_LIMIT = 5

export interface Waiting {
  open: OpenResolver
  /** Milliseconds of a clock that only counts on. */
  monotonic: () => number
  sleep: (milliseconds: number) => Promise<void>
  /** Is told why it goes on although not all servers have it. */
  warn: (sentence: string) => void
}

/** What was seen last. */
type Sight = 'seen' | 'missing' | 'silent' | 'unknown'

/**
 * Waits until each of the zone's own servers that answers gives this value of a TXT record, so that a CA that looks now
 * finds it. Goes on in any case after `wait` seconds.
 */
export async function waitUntilSeen(
  { name, value, wait }: { name: string; value: string; wait: number },
  { open, monotonic, sleep, warn }: Waiting,
): Promise<void> {
  const end = monotonic() + wait * 1000
  let sight: Sight = 'unknown'
  while (monotonic() < end) {
    sight = await lookFor(name, value, open, ALIAS_LIMIT)
    if (sight === 'seen') return
    await sleep(Math.min(LOOK_EVERY_MS, Math.max(0, end - monotonic())))
  }
  if (wait > 0)
    warn(`The record ${name} ${WHY[sight]} (within dns.wait, ${wait} s): the CA is asked to look all the same.`)
}

const WHY: Record<Exclude<Sight, 'seen'>, string> & Record<'seen', string> = {
  seen: 'was seen late',
  missing: 'was not seen at all servers of its zone',
  silent: 'could not be looked for, because no server of its zone answers here (is port 53 closed to the outside?)',
  unknown: 'could not be looked for, because the servers of its zone could not be found out',
}

async function lookFor(name: string, value: string, open: OpenResolver, aliases: number): Promise<Sight> {
  const servers = await authoritativeServers(name, open)
  if (servers.length === 0) return 'unknown'
  const sights = await Promise.all(servers.map((addresses) => lookAt(addresses, name, value, open)))
  const answered = sights.filter((sight) => sight !== undefined)
  if (answered.length === 0) return 'silent'
  if (answered.every((sight) => sight === true)) return 'seen'
  // Where the name only stands for another one, as with a zone of its own for challenges, that one has the record.
  const alias = answered.find((sight) => typeof sight === 'string')
  return alias !== undefined && aliases > 0 ? lookFor(alias, value, open, aliases - 1) : 'missing'
}

/** @returns whether a server has it, or which name stands there instead; undefined where it doesn't answer. */
async function lookAt(
  addresses: string[],
  name: string,
  value: string,
  open: OpenResolver,
): Promise<boolean | string | undefined> {
  for (const address of addresses) {
    const server = open([address])
    const texts = await orNone(server.resolveTxt(name))
    if (texts === undefined) continue
    if (texts.some((strings) => strings.join('') === value)) return true
    return (await aliasAt(server, name)) ?? false
  }
  return undefined
}

async function aliasAt(server: NameResolver, name: string): Promise<string | undefined> {
  return (await orNone(server.resolveCname(name)))?.[0]
}

/** @returns undefined where nobody has answered; nothing where somebody says that there is nothing. */
async function orNone<Item>(asked: Promise<Item[]>): Promise<Item[] | undefined> {
  try {
    return await asked
  } catch (error) {
    return ['ENODATA', 'ENOTFOUND'].includes((error as NodeJS.ErrnoException).code ?? '') ? [] : undefined
  }
}
