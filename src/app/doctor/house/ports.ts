import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Address } from '../../../config/schema.ts'
import { type ListenerKind, wantedListeners } from '../../listening/wanted-listeners.ts'
import { isRunning } from '../../process/control-socket.ts'
import { StartError } from '../../start-error.ts'
import type { Patient } from '../examination.ts'
import { examinationOf } from './examination-of.ts'
import { listeningInodes, ownerOf, type PortOwner } from './port-owner.ts'
import { readSystemFile } from './read-system-file.ts'
import { attention, fault, good, type Seen, unseen } from './seen.ts'

const NEEDS = 'the gateway to listen where the router, or the proxy in front, forwards to.'

/** Where the gateway listens: may it, and does nobody else? */
export const ports = examinationOf({ id: 'ports', title: 'Ports', isLocal: true }, async (patient) => {
  const { config } = patient
  const runs = await isRunning(config.data_dir).catch((error) => {
    if (error instanceof StartError) return false
    throw error
  })
  const wanted = wantedListeners(config).filter(({ address }) => address.port !== 0)
  if (wanted.length === 0) return [good('Any free port will do.')]
  const seen: Seen[] = []
  for (const { kind, address } of wanted) {
    const code = await whyNotBound(address)
    seen.push(judge({ kind, address, code, runs, owner: code === 'EADDRINUSE' ? whoHas(patient, address) : undefined }))
  }
  return seen
})

/** Binds it and lets it go again, which takes a moment. @returns the code of why it can't be. */
async function whyNotBound({ host, port }: Address): Promise<string | undefined> {
  const server = createServer((socket) => socket.destroy())
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message
  }
}

function whoHas({ system = readSystemFile }: Patient, { port }: Address): PortOwner | undefined {
  return ownerOf(listeningInodes(port, [system('/proc/net/tcp'), system('/proc/net/tcp6')]))
}

/** What came of trying to listen somewhere. */
export interface TriedPort {
  kind: ListenerKind
  address: Address
  /** Why it can't be bound; undefined where it can. */
  code: string | undefined
  /** Whether a gateway runs on this data folder. */
  runs: boolean
  owner: PortOwner | undefined
}

/** As which a gateway is known to the kernel. */
const OURS = /^(node|MainThread|skillgate)/i

/** Pure: what that means. */
export function judge({ kind, address: { host, port }, code, runs, owner }: TriedPort): Seen {
  const place = `${host}:${port} (${kind})`
  switch (code) {
    case undefined:
      if (!runs) return good(`${place} is free.`)
      return attention(`A gateway runs, and nobody listens on ${place}: it has another configuration.`, {
        needs: NEEDS,
        remedy: 'npx skillgate reload',
      })
    case 'EADDRINUSE': {
      if (runs && (owner === undefined || OURS.test(owner.name))) return good(`The running gateway has ${place}.`)
      const who = owner ? `${owner.name} (process ${owner.pid})` : 'another program'
      const find = owner ? `ps -fp ${owner.pid}` : `sudo ss -ltnp 'sport = :${port}'`
      return fault(`${who} listens on ${place} already.`, {
        needs: NEEDS,
        remedy: `stop it, or choose another port in listen:  ${find}`,
      })
    }
    case 'EACCES':
    case 'EPERM':
      return fault(`${place} may not be listened on by this account: ports under 1024 are root's.`, {
        needs: NEEDS,
        remedy: `choose 8443 in listen and let the router forward 443 to it; or for a service of systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE; for this Node: sudo setcap cap_net_bind_service=+ep "$(readlink -f "$(command -v node)")"; in a container: -p 443:8443; with authbind, once it may have /etc/authbind/byport/${port}: authbind --deep npx skillgate start; or start as root with data_dir of another account, which it then becomes`,
      })
    case 'EADDRNOTAVAIL':
      return fault(`This machine has no address ${host}, for ${place}.`, {
        needs: NEEDS,
        remedy: 'write 0.0.0.0, or one of those that it has, into listen:  ip address',
      })
    default:
      return unseen(`${place} could not be tried: ${code}.`)
  }
}
