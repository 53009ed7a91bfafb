import { openSource } from '../../app/certificates/open-source.ts'
import { isMeantBy, type Renewal, renewSource } from '../../app/certificates/renew-source.ts'
import { tellRenewals } from '../../app/certificates/tell-renewals.ts'
import { type WantedCertificates, wantedCertificates } from '../../app/certificates/wanted-certificates.ts'
import { askGateway, isRunning } from '../../app/process/control-socket.ts'
import { loadConfig } from '../../config/load.ts'
import { CommandError } from '../command-error.ts'
import type { World } from '../world.ts'

/** `skillgate cert renew [NAME]`: the running gateway renews now; where none runs, what the local CA can. */
export async function certRenew(world: World, ...words: string[]): Promise<number> {
  const [name = '', more] = words
  if (more !== undefined) throw new CommandError('Give one name at most: skillgate cert renew NAME')
  const config = loadConfig(world.configFile, world.variables)
  const { ok, lines } = (await isRunning(config.data_dir))
    ? await askGateway(config.data_dir, 'renew', name)
    : tellRenewals(await renewHere(wantedCertificates(config).filter(isMeantBy(name)), world), name)
  for (const line of lines) world.print(line)
  return ok ? 0 : 1
}

/** One after the other. */
async function renewHere(wanted: WantedCertificates[], world: World): Promise<Renewal[]> {
  const renewals: Renewal[] = []
  for (const one of wanted) {
    if (one.settings.source === 'acme') {
      const detail = 'Only a gateway that runs can answer the CA:  npx skillgate start'
      renewals.push({ wanted: one, result: 'failed', detail })
      continue
    }
    const source = openSource(one, world)
    renewals.push(await renewSource(one, source, source.load))
  }
  return renewals
}
