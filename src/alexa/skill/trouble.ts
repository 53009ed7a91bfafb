import type { MusicTrouble } from './call-music-assistant.ts'
import type { Words } from './words/words-for.ts'

export type TroubleReason = keyof Words['trouble']

/** Why a request came to nothing: the reason has its words, which are said with `about`. */
export class Trouble extends Error {
  readonly reason: TroubleReason
  /** What it is about: a name that was said, or that of a player. */
  readonly about: string
  /** For the log. */
  readonly detail: string

  constructor(reason: TroubleReason, about = '', detail = '') {
    super(reason)
    this.name = 'Trouble'
    this.reason = reason
    this.about = about
    this.detail = detail
  }
}

/** What of Music Assistant's is told in which words. */
export function musicTrouble(reason: MusicTrouble, scope: string | undefined, detail: string): Trouble {
  if (reason !== 'scope-missing') return new Trouble(reason, '', detail)
  return new Trouble(scope === 'music.read' ? 'may-not-look' : 'may-not-play', '', detail)
}
