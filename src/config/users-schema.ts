import { flag, keys, name, oneOf } from './forms.ts'

/** The section `users`: whose accounts people sign in with. */
export function usersSchema() {
  return keys({
    source: oneOf(['local', 'music-assistant'])
      .default('local')
      .describe(
        '`music-assistant` lets people sign in with the accounts that they have there, each with its own rights.',
      ),
    upstream: name()
      .optional()
      .describe('The upstream with those accounts; also where `skillgate user link` looks for them.'),
    local: flag(true).describe('Whether those may sign in whom `skillgate user add` has added.'),
  })
    .prefault({})
    .describe('Whose accounts people sign in with.')
}
