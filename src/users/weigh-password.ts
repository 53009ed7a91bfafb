import type { PasswordWords } from '../pages/password-problem.ts'

/** What an attacker would make of a password. @see zxcvbn: Low-Budget Password Strength Estimation, 2016 */
export interface PasswordWeight {
  /** From 0, which is guessed at once, to 4. */
  score: 0 | 1 | 2 | 3 | 4
  warning?: keyof PasswordWords['warnings']
  suggestions: (keyof PasswordWords['suggestions'])[]
}

/** What comes after is not looked at: the work grows with the square, and 64 take half a second on a slow machine. */
const CHARACTERS_LIMIT = 64

/**
 * Counts how many guesses a password takes, by dictionaries of English and German, keyboards, dates and repetitions.
 * They are 320,000 words and some 80 MB, so they are read when a password is set and never by a gateway that serves.
 * @param known what strangers would try first here.
 */
export async function weighPassword(password: string, known: string[]): Promise<PasswordWeight> {
  const [{ ZxcvbnFactory }, common, english, { default: german }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
    import('@zxcvbn-ts/language-de'),
  ])
  const inGerman = Object.entries(german.dictionary).map(([name, words]) => [`${name}-de`, words])
  const dictionary = { ...common.dictionary, ...english.dictionary, ...Object.fromEntries(inGerman) }
  // Without translations it answers with the keys of its sentences, which are said in words of our own.
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: common.adjacencyGraphs, maxLength: CHARACTERS_LIMIT })
  const { score, feedback } = zxcvbn.check(password, known)
  const { warning, suggestions } = feedback as { warning: PasswordWeight['warning'] | null } & PasswordWeight
  return { score, warning: warning ?? undefined, suggestions }
}
