import { totalmem } from 'node:os'
import type { Config } from '../../config/schema.ts'
import type { ConnectionLimits } from '../../listen/connection-room.ts'
import type { Deadlines } from '../../listen/sweep-connections.ts'
import { addressBlock } from '../../net/address-block.ts'
import { rangeReader } from '../../net/client-address.ts'
import { rememberByAddress } from '../../net/remember-by-address.ts'

/** For the database, the log, the control socket, name look-ups and what else is open besides connections. */
const OWN_DESCRIPTORS = 64
/** If nobody says: each may take a quarter of a megabyte, and its part of every turn of the only thread. */
const MOST_CONNECTIONS = 1000
const RESERVED_PART = 1 / 8
const MEGABYTE = 1024 * 1024
const MOST_MEMORY_MB = 1024

/** What the machine gives to this process. */
export interface Machine {
  /** How many descriptors it may have. */
  descriptors: number
  /** Bytes of memory, its container's if that is less. */
  memory: number
}

/** Each connection may need another one to an upstream, so half of the descriptors is what there can be at most. */
export function connectionLimits({ limits, listen }: Config, machine: Machine): ConnectionLimits {
  const { per_address: perAddress, handshakes } = limits
  const possible = Math.max(16, Math.floor((machine.descriptors - OWN_DESCRIPTORS) / 2))
  const connections = Math.min(limits.connections ?? MOST_CONNECTIONS, possible)
  const reserved = limits.reserved ?? Math.floor(connections * RESERVED_PART)
  const isProxy = rangeReader(listen.trusted_proxies)
  const isOwn = rangeReader(limits.own_networks)
  return {
    connections,
    reserved,
    perAddress,
    handshakes,
    standingOf: rememberByAddress((address) => (isProxy(address) ? 'proxy' : isOwn(address) ? 'own' : 'stranger')),
    blockOf: rememberByAddress(addressBlock),
  }
}

export function deadlines({ limits }: Config): Deadlines {
  return {
    sendMs: limits.send_timeout * 1000,
    uploadRate: limits.upload_rate,
    uploadGraceMs: limits.upload_grace * 1000,
  }
}

/** Bytes in RAM past which nothing new is taken on. */
export function memoryCeiling({ limits }: Config, machine: Machine): number {
  return (limits.memory ?? Math.min(MOST_MEMORY_MB, machine.memory / MEGABYTE / 2)) * MEGABYTE
}

/** What there is; Node has raised the limit of descriptors as far as it may at its start. */
export function thisMachine(): Machine {
  const report = process.report as typeof process.report & { excludeNetwork: boolean }
  // It would look up the names of all that is connected.
  report.excludeNetwork = true
  const { userLimits } = report.getReport() as unknown as { userLimits?: { open_files?: { soft: unknown } } }
  // `unlimited`, or Windows, which has no such limit.
  const descriptors = Number(userLimits?.open_files?.soft ?? Number.NaN)
  return {
    descriptors: Number.isNaN(descriptors) ? Number.POSITIVE_INFINITY : descriptors,
    memory: Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()),
  }
}
