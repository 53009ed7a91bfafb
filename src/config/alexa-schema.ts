import { alexaDevelopmentSchema } from './alexa-development-schema.ts'
import { keys, type Surroundings } from './forms.ts'

/** The section `alexa`: what the gateway itself does for Alexa, beside linking accounts. */
export function alexaSchema(surroundings: Surroundings) {
  return keys({
    development: alexaDevelopmentSchema(surroundings),
  }).describe('What the gateway itself does for Alexa, beside linking accounts.')
}
