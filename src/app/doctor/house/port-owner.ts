import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A process that listens. */
export interface PortOwner {
  pid: number
  name: string
}

/** Listening, as the kernel writes it. @see proc_net_tcp(5) */
const LISTEN = '0A'

/**
 * The inodes of the sockets that listen on a port, whatever their address.
 * @param tables the texts of `/proc/net/tcp` and `/proc/net/tcp6`.
 */
export function listeningInodes(port: number, tables: (string | undefined)[]): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return tables.flatMap((table = '') =>
    table.split('\n').flatMap((line) => {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      return local?.endsWith(`:${hex}`) && state === LISTEN && inode !== undefined ? [inode] : []
    }),
  )
}

/** Who has one of these sockets. Of processes of others only root is told. */
export function ownerOf(inodes: string[]): PortOwner | undefined {
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`))
  const pids = attempt(() => readdirSync('/proc'))?.filter((name) => /^\d+$/.test(name)) ?? []
  for (const pid of pids) {
    const handles = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []
    if (!handles.some((handle) => wanted.has(attempt(() => readlinkSync(`/proc/${pid}/fd/${handle}`)) ?? ''))) continue
    return { pid: Number(pid), name: attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? '' }
  }
  return undefined
}

/** Processes end while one looks. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
