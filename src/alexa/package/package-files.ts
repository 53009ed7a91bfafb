import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import type { Client, Config } from '../../config/schema.ts'
import { skillUrl } from '../console/console-fields.ts'
import { endpointCertificate } from '../console/endpoint-certificate.ts'
import { interactionModel, LOCALES } from '../skill/model/interaction-model.ts'
import { accountLinking } from './account-linking.ts'
import { lambdaSource } from './lambda-source.ts'
import { skillManifest } from './skill-manifest.ts'

export interface PackageWishes {
  client: Client
  /** Undefined where a proxy in front has it. */
  certificate: ServerCertificate | undefined
  /** Where a Lambda function sends what Alexa sends it; no function if absent. */
  lambdaTo?: string
}

/** The files of a package as the ASK CLI deploys it, by their paths in it. */
export function packageFiles(config: Config, { client, certificate, lambdaTo }: PackageWishes): Map<string, string> {
  const { skill } = config.alexa
  const files = new Map<string, string>()
  const put = (path: string, value: unknown) => files.set(path, `${JSON.stringify(value, null, 2)}\n`)
  const profile = { skillMetadata: { src: './skill-package' } }
  put('ask-resources.json', { askcliResourcesVersion: '2020-03-31', profiles: { default: profile } })
  if (skill) {
    const [skillId] = skill.ids
    put('.ask/ask-states.json', { askcliStatesVersion: '2020-03-31', profiles: { default: { skillId } } })
  }
  const certificateType = endpointCertificate(certificate, new URL(config.public_url).hostname)
  put('skill-package/skill.json', skillManifest(skillUrl(config), certificateType))
  const players = Object.values(skill?.players ?? {})
  for (const locale of LOCALES) {
    put(`skill-package/interactionModels/custom/${locale}.json`, interactionModel(locale, players))
  }
  put('accountLinking.json', accountLinking(config, client))
  if (lambdaTo !== undefined) files.set('lambda/index.mjs', lambdaSource(lambdaTo))
  return files
}
