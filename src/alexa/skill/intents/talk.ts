import type { Intent } from '../turn.ts'

export const help: Intent = async ({ words }) => ({ says: words.help, question: words.example, card: 'text' })

/** While a player is asked for, the question stays open. */
export const fallback: Intent = async ({ words, request: { pending } }) => ({
  says: words.fallback,
  question: words.example,
  ...(pending && { pending }),
})
