import { readFile } from 'node:fs/promises'
import type { SigningKey } from '../../alexa/signatures/check-chain.ts'
import { readSimulatedChain } from '../../alexa/signatures/simulated-chain.ts'
import type { Config } from '../../config/schema.ts'
import { explainFileError } from '../../files/explain-file-error.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import type { House } from '../open-house.ts'

/**
 * The key of a simulator that is taken for Alexa, where the configuration says so. It never passes in silence, and one that
 * is no good, or not there any more, keeps no gateway from starting: it is believed by nobody then.
 */
export async function loadSimulatedChain(
  { alexa }: Pick<Config, 'alexa'>,
  { log, environment }: Pick<House, 'log' | 'environment'>,
): Promise<SigningKey | undefined> {
  const { chain } = alexa.development ?? {}
  if (chain === undefined) return undefined
  try {
    const signing = readSimulatedChain(await readFile(chain, 'latin1'), environment.now())
    const until = new Date(signing.until).toISOString()
    warn(log, `whoever has the key beside ${chain} is taken for Alexa until ${until}. Take it out when you are done`)
    return signing
  } catch (error) {
    const why = error instanceof GatewayError ? error.detail : explainFileError(error, chain, 'read')
    warn(log, `${chain} is not used: ${why}. Take it out, or make it anew: skillgate alexa simulate`)
    return undefined
  }
}

/** Of the highest level, so that no setting of the log silences it. */
function warn(log: House['log'], detail: string): void {
  log.error({ detail }, 'alexa.development is on')
}
