import type { EchoPlayers } from './echo-players.ts'
import type { Music, Player } from './music.ts'
import type { Reply } from './skill-answer.ts'
import type { SkillRequest, Slots } from './skill-request.ts'
import type { Words } from './words/words-for.ts'

/** One thing that somebody said, and what there is to answer it with. */
export interface Turn {
  request: Pick<SkillRequest, 'deviceId' | 'intent' | 'pending'>
  slots: Slots
  words: Words
  userId: string
  music: Music
  /** Those that can be used now; asked for once. */
  players: () => Promise<Player[]>
  echoes: EchoPlayers
  /** Names or ids of players by ids of Echos, as configured. */
  configured: Readonly<Record<string, string>>
}

/** What an intent does. @throws Trouble */
export type Intent = (turn: Turn) => Promise<Reply>
