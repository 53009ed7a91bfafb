import type { Commands, Config } from '../../config/schema.ts'
import type { CommandPolicy } from '../../music-assistant/command.ts'
import { openCommandPolicy } from '../../music-assistant/commands/open-command-policy.ts'

/** What a file says that says nothing. */
const STANDARD: Commands = { allow: {}, refuse: [], library_write: false, urls: false }

/** Which commands pass, by the names of the upstreams that have any. */
export function commandPolicies({ upstreams }: Config): Map<string, CommandPolicy> {
  const ofMusicAssistant = Object.entries(upstreams).filter(([, { kind }]) => kind === 'music-assistant')
  return new Map(ofMusicAssistant.map(([name, { commands }]) => [name, openCommandPolicy(commands ?? STANDARD)]))
}
