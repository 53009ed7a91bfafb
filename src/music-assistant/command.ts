import type { Identity } from '../http/identity.ts'

/** A command of Music Assistant's API, whichever way it came. */
export interface Command {
  command: string
  args?: Record<string, unknown>
}

/** In whose name a command is called. */
export interface CommandCaller {
  identity: Identity
  /** Their account at Music Assistant, where it is known. */
  account?: { userId: string; name: string }
}

/** Why a command isn't passed on. Clients are told in Music Assistant's own forms. */
export interface CommandRefusal {
  reason: 'unknown-command' | 'not-permitted' | 'scope-missing' | 'invalid-data'
  /** For the client, without anything private. */
  sentence: string
  /** The scope that it takes, where that is what is missing. */
  scope?: string
}

/** The one place that decides about commands. @returns undefined for one that may pass. */
export type AllowCommand = (command: Command, caller: CommandCaller) => CommandRefusal | undefined
