import { file, keys, type Surroundings } from './forms.ts'

/** `alexa.development`: what nobody wants in a gateway that serves a home. */
export function alexaDevelopmentSchema(surroundings: Surroundings) {
  return keys({
    chain: file(
      surroundings,
      'Where `skillgate alexa simulate` writes the certificates that it signs with. Whoever has the key beside it is believed to be Alexa, for a day after it was made; each start says so, and each request that gets in by it.',
    ),
  })
    .optional()
    .describe('For trying things out: whom to take for Alexa besides Amazon. Leave it out otherwise.')
}
