import { alexaClient } from '../../alexa/console/alexa-client.ts'
import { openSource } from '../../app/certificates/open-source.ts'
import { wantedCertificates } from '../../app/certificates/wanted-certificates.ts'
import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import { loadConfig } from '../../config/load.ts'
import type { Client, Config } from '../../config/schema.ts'
import { CommandError } from '../command-error.ts'
import type { World } from '../world.ts'

export interface PreparedSkill {
  config: Config
  client: Client
  /** Undefined where a proxy in front has it. */
  certificate: ServerCertificate | undefined
}

/** What the commands for Alexa's developer console go by. @throws CommandError, CertificateError, ConfigError */
export async function prepareSkill(world: World): Promise<PreparedSkill> {
  const config = loadConfig(world.configFile, world.variables)
  const client = alexaClient(config)
  if (!client) {
    throw new CommandError(
      `No client in ${world.configFile} is Alexa: none of oauth.clients has a redirect URI of Amazon's, as https://pitangui.amazon.com/api/skill/link/... is.`,
    )
  }
  const [wanted] = wantedCertificates(config)
  const [certificate] = wanted ? await openSource(wanted, world).load() : []
  return { config, client, certificate }
}
