import { z } from 'zod'
import { alexaDevelopmentSchema } from './alexa-development-schema.ts'
import { keys, list, matches, type Surroundings, text } from './forms.ts'

/** The section `alexa`: what the gateway itself does for Alexa, beside linking accounts. */
export function alexaSchema(surroundings: Surroundings) {
  return keys({
    skill: keys({
      ids: list(
        text('the id of a skill such as amzn1.ask.skill.12345678-...', matches(/^amzn1\.[A-Za-z0-9._-]+$/)),
        'a list of ids of skills',
      ).describe('The skills whose requests it answers, as the Alexa console calls them.'),
      upstream: text('the name of an upstream').describe(
        'The Music Assistant that it plays with: a name from `upstreams`, of `kind: music-assistant`.',
      ),
      players: z
        .record(
          text('the id of an Echo such as amzn1.ask.device.ABC...', matches(/^amzn1\.ask\.device\.[A-Za-z0-9._-]+$/)),
          text('the name or the id of a player of Music Assistant'),
          { error: 'a map of players by ids of Echos' },
        )
        .meta({ takes: 'a map of players by ids of Echos' })
        .default({})
        .describe(
          'Which player an Echo stands beside. Of one that is not here the skill asks, once, and remembers it.',
        ),
    })
      .optional()
      .describe('A skill that plays, at `skill` below `oauth.base_path`; there is none if absent.'),
    development: alexaDevelopmentSchema(surroundings),
  }).describe('What the gateway itself does for Alexa, beside linking accounts.')
}
