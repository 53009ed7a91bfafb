import { alexaClient } from '../../../alexa/console/alexa-client.ts'
import { consoleConcerns } from '../../../alexa/console/console-concerns.ts'
import type { Config } from '../../../config/schema.ts'
import { examinationOf } from './examination-of.ts'
import { attention, fault, good, type Seen } from './seen.ts'

/** What of the configuration Alexa can't do with, however well it is served. */
export const configuration = examinationOf(
  { id: 'configuration', title: 'Configuration', isLocal: true },
  ({ config }) => {
    const seen = [...concernsOf(config), ...skillProblems(config), ...development(config)]
    return seen.length > 0 ? seen : [good('Nothing in it is in the way of Alexa.')]
  },
)

/** Port, redirect URIs and certificates are looked at by themselves, and who has no skill here may well want none. */
function concernsOf(config: Config): Seen[] {
  const client = alexaClient(config)
  if (!client) return []
  return consoleConcerns(config, client, undefined)
    .filter(({ about }) => about === 'client')
    .map(({ isInTheWay, sentence }) =>
      (isInTheWay ? fault : attention)(sentence, {
        needs: 'what its console takes.',
        remedy: 'change it in gateway.yaml, then:  npx skillgate reload',
      }),
    )
}

/** As gateway.yaml shows what one looks like. */
const PLACEHOLDER = /^amzn1\.ask\.skill\.(0{8}-|12345678|X|YOUR|\.\.\.)/i

function skillProblems({ alexa, routes }: Config): Seen[] {
  const ids = [...(alexa.skill?.ids ?? []), ...routes.flatMap(({ skill_ids = [] }) => skill_ids)]
  return [...new Set(ids)]
    .filter((id) => PLACEHOLDER.test(id))
    .map((id) =>
      fault(`The id of the skill is still a placeholder (${id}): each request of the real one is refused.`, {
        needs: 'its requests to be taken by the skill that they are for.',
        remedy:
          'copy the Skill ID from the list of skills in the console into gateway.yaml, then:  npx skillgate reload',
      }),
    )
}

function development({ alexa }: Config): Seen[] {
  if (!alexa.development) return []
  return [
    attention('alexa.development is on: whoever has the key of the simulator is believed to be Alexa.', {
      needs: 'nothing of it; it is for trying things out.',
      remedy: 'take development out of alexa, then:  npx skillgate reload',
    }),
  ]
}
