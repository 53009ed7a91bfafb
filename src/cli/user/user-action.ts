import type { Config } from '../../config/schema.ts'
import { CommandError } from '../command-error.ts'
import type { StoreTools } from '../with-store.ts'

/** A `skillgate user ...`. @param words what was typed after the action. */
export type UserAction = (tools: StoreTools, words: string[]) => Promise<void>

export function need(action: string, name: string | undefined): string {
  if (name === undefined) throw new CommandError(`Say who: skillgate user ${action} NAME`)
  return name
}

/** No part of a password. */
export function hostOf({ public_url }: Pick<Config, 'public_url'>): string {
  return new URL(public_url).hostname
}
