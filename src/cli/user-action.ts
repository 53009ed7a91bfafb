import type { Config } from '../config/schema.ts'
import type { Store } from '../store/store.ts'
import type { Audit } from '../telemetry/audit.ts'
import { CommandError } from './command-error.ts'
import type { World } from './world.ts'

/** What a `skillgate user ...` works with. */
export interface UserActionTools {
  world: World
  config: Config
  store: Store
  audit: Audit
}

/** @param words what was typed after the action. */
export type UserAction = (tools: UserActionTools, words: string[]) => Promise<void>

export function need(action: string, name: string | undefined): string {
  if (name === undefined) throw new CommandError(`Say who: skillgate user ${action} NAME`)
  return name
}
