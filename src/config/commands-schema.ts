import { z } from 'zod'
import { flag, keys, matches, scopeName, text } from './forms.ts'

const PATTERN = /^[a-z0-9_]+(\/[a-z0-9_]+)*(\/\*)?$/
/** What makes tokens that outlive a grant can't be opened, and what is the owner's only by its whole name. */
const CLOSED =
  /^auth(?!\/(me|roles|scopes)$)(\/|$)|^(config|dashboard|diagnostics|logging|remote_access|storage|tasks|translations)\/(.*\/)?\*$/

/** `commands` of an upstream: what the table of Music Assistant's commands is changed by. */
export function commandsSchema() {
  const pattern = text('a command such as players/all, or music/* for all below music/', matches(PATTERN))
  const opening = text(
    'a command such as players/all, or music/* for all below music/ (of auth only auth/me, auth/roles and auth/scopes, of config, logging and the like each by its whole name)',
    (value) => PATTERN.test(value) && !CLOSED.test(value),
  )
  return keys({
    allow: z
      .record(opening, scopeName(), { error: 'a map from commands to scopes' })
      .default({})
      .describe(
        'The scope that commands take, in place of `music.read`, `music.control` or `user:read`. The most exact name decides. What is refused otherwise passes only where it stands here by its whole name.',
      ),
    refuse: z
      .array(pattern, { error: 'a list of commands' })
      .meta({ takes: 'a list of commands' })
      .default([])
      .describe('Commands that never pass, whatever `allow` says.'),
    library_write: flag().describe(
      'Whether `music.control` may write the library: favorites, playlists, what was played.',
    ),
    urls: flag().describe(
      'Whether addresses may be played and announced, and not only what Music Assistant has a URI of its own for. It then fetches any address within the home for whoever has linked an account.',
    ),
  })
}
