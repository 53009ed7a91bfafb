import type { Identity } from '../http/identity.ts'

/** A command of Music Assistant's API, whichever way it came. */
export interface Command {
  command: string
  args?: Record<string, unknown>
}

/** A command as a message: what `/ws` is answered with bears its id. */
export interface CommandMessage extends Command {
  messageId?: string | number
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

/** Reads what every parser reads alike. @returns why not, as `invalid-data`, where that isn't so. */
export type ReadCommand = (message: Uint8Array | string) => CommandMessage | CommandRefusal

/** What an upstream of `kind: music-assistant` has besides, for `/api` and `/ws`. */
export interface CommandPolicy {
  read: ReadCommand
  allow: AllowCommand
  /** Whether the table knows it, even as one that is refused: then its name may stand in the log. */
  knows: (command: string) => boolean
}
