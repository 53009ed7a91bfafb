import { commandsSchema } from './commands-schema.ts'
import { file, isOrigin, keys, oneOf, type Surroundings, seconds, secretSource, text, wholeNumber } from './forms.ts'

/** One of `upstreams`: a server behind the gateway. */
export function upstreamSchema(surroundings: Surroundings) {
  return keys({
    url: text('an http or https URL of host and port alone, such as http://127.0.0.1:8095', isOrigin('http:', 'https:'))
      .transform((url) => new URL(url).origin)
      .describe('Where it listens.'),
    kind: oneOf(['plain', 'music-assistant'])
      .default('plain')
      .describe(
        'What it is. Of a Music Assistant the gateway knows the commands: `POST /api` and `/ws` take those alone that the scopes of the access token cover, and what serves its owner (`/auth`, `/api-docs`, `/setup`, `/login`) is closed. Its web pages need another upstream, of kind `plain`.',
      ),
    commands: commandsSchema()
      .optional()
      .describe('Which commands of Music Assistant pass, besides what the gateway knows of them.'),
    token: secretSource(surroundings)
      .optional()
      .describe(
        'What the gateway itself signs in with there, sent as `Authorization: Bearer`. Music Assistant needs one: make a long-lived one in your profile settings there, each year.',
      ),
    ca: file(
      surroundings,
      'The PEM certificate of the CA that made its certificate, for an `https` one that a public CA did not; then no other is trusted there.',
    ).optional(),
    response_timeout: seconds(1, 3600)
      .default(30)
      .describe('Seconds to wait for the beginning of an answer, and for a free connection.'),
    connections: wholeNumber(1, 10_000)
      .default(100)
      .describe('How many requests it gets at once, and how many WebSockets besides; what comes on top waits.'),
  })
}
