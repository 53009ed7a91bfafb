import { readFile } from 'node:fs/promises'
import { isIPv4, type Socket } from 'node:net'
import { endianness } from 'node:os'
import { groupsOf } from '../net/address-block.ts'

/** What the kernel knows of the connections of this machine. */
export interface FarEnds {
  /** Whether its other end has closed it, or reset it. */
  isGone: (socket: Socket) => boolean
}

/** IPv4 that came to an IPv6 socket is among the latter. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6']
/** `ESTABLISHED`, as include/net/tcp_states.h of Linux numbers them. One that was reset isn't listed any more. */
const ESTABLISHED = '01'

/**
 * Reads who is connected. Without reading from a connection this is the only way to learn that its other end has gone.
 * @returns undefined where the kernel doesn't tell: another system than Linux, or a process that may not read there.
 */
export async function readFarEnds(): Promise<FarEnds | undefined> {
  const established = new Set<string>()
  const tables = await Promise.all(TABLES.map((table) => readFile(table, 'latin1').catch(() => '')))
  if (tables.every((table) => table === '')) return undefined
  for (const [, local, remote, state] of tables.join('').matchAll(/^ *\d+: [0-9A-F]+:([0-9A-F]{4}) (\S+) (\S\S) /gm))
    if (state === ESTABLISHED) established.add(`${local} ${remote}`)
  return { isGone: (socket) => !keysOf(socket).some((key) => established.has(key)) }
}

/** As the tables write it; an IPv4 address may be in either. */
function keysOf({ localPort, remoteAddress = '', remotePort }: Socket): string[] {
  const [local, port] = [localPort, remotePort].map((number = 0) => number.toString(16).toUpperCase().padStart(4, '0'))
  const bare = remoteAddress.replace(/^::ffff:(?=\d+\.)|%.*$/g, '')
  const written = isIPv4(bare) ? [ipv4(bare), `0000000000000000${word([0, 0, 255, 255])}${ipv4(bare)}`] : [ipv6(bare)]
  return written.map((address) => `${local} ${address}:${port}`)
}

function ipv4(address: string): string {
  return word(address.split('.').map(Number))
}

function ipv6(address: string): string {
  const bytes = groupsOf(address).flatMap((group) => [group >> 8, group & 0xff])
  return [0, 4, 8, 12].map((at) => word(bytes.slice(at, at + 4))).join('')
}

/** Four bytes as the machine reads them as one number. */
function word(bytes: number[]): string {
  const ordered = endianness() === 'LE' ? bytes.toReversed() : bytes
  return Buffer.from(ordered).toString('hex').toUpperCase()
}
