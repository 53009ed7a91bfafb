import type { Command } from '../../music-assistant/command.ts'

/** Why Music Assistant did not do what it was told; each has its words in `words/`. */
export type MusicTrouble =
  /** The grant has not the scope for it. */
  | 'scope-missing'
  /** Nobody may, or this person may not. */
  | 'not-permitted'
  /** There is nothing to sign in with there, for this person. */
  | 'no-account'
  /** This person's own token there is no good any more: another link brings another one. */
  | 'signed-out'
  /** The gateway's own is no good any more, whoever links. */
  | 'gateway-signed-out'
  | 'down'
  | 'slow'
  /** It took the command, and answered with an error. */
  | 'refused'

export type MusicOutcome =
  | { kind: 'result'; value: unknown }
  | { kind: 'trouble'; reason: MusicTrouble; scope?: string; detail: string }

/** Calls Music Assistant as the person who is speaking, within what they allowed. Never rejects but for faults of ours. */
export type CallMusicAssistant = (command: Command) => Promise<MusicOutcome>
