import type { Intent } from '../turn.ts'
import { askWhichPlayer, mayAskAgain } from '../which-player.ts'

export const help: Intent = async ({ words }) => ({ says: words.help, question: words.example, card: 'text' })

/** While a player is asked for, that is what was not understood: an example of something else would only confuse. */
export const fallback: Intent = async (turn) => {
  const { words, request } = turn
  const { pending } = request
  if (pending && mayAskAgain(pending)) return askWhichPlayer(turn, words.whichPlayerAgain, pending)
  return { says: words.fallback, question: words.example }
}
