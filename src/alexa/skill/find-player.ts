import { foldName, wordsOf } from './fold-name.ts'
import type { Player } from './music.ts'

/** What people say before a player's name, in any order and number: "auf dem", "in the", "beside my". */
const LEADING = new Set(
  foldName(
    'in on at to by the my our a an beside near next im am an auf in der die das den dem des mein meine meinem meiner meinen bei beim neben ins aufs zum zur',
  ).split(' '),
)

/** The places in a sentence where "in the kitchen" may begin. */
const BEFORE_PLAYER = /\s(?:in|on|at|auf|im|am|an|bei|beim|ins)\s+/giu

/** A word of fewer letters is another one when a letter differs. */
const TYPO_LENGTH_MINIMUM = 5

type Found = Player | 'unknown' | 'ambiguous'

/** Which of the players somebody means: by the whole name, by some words of it, or with one letter misheard. */
export function findPlayer(players: readonly Player[], spoken: string): Found {
  const wanted = spokenPlace(spoken)
  if (wanted === '') return 'unknown'
  const named = (test: (name: string) => boolean) => players.filter(({ name }) => test(foldName(name)))
  const attempts = [
    () => named((name) => name === wanted || spokenPlace(name) === wanted),
    () => named((name) => holdsAll(name, wanted)),
    () => named((name) => holdsAll(wanted, name)),
    () => named((name) => isMisheard(name, wanted)),
  ]
  return firstOf(attempts)
}

/** "Abbey Road in the kitchen" in two, where what comes last is some player. */
export function splitPlayer(sentence: string, players: readonly Player[]): { rest: string; player?: Player } {
  const places = [...sentence.matchAll(BEFORE_PLAYER)].reverse()
  for (const { index, 0: preposition } of places) {
    const wanted = spokenPlace(sentence.slice(index + preposition.length))
    if (wanted === '') continue
    const named = players.filter(({ name }) => holdsAll(foldName(name), wanted))
    const exact = named.filter(({ name }) => foldName(name) === wanted)
    const [player, another] = exact.length > 0 ? exact : named
    if (player && !another) return { rest: sentence.slice(0, index).trim(), player }
  }
  return { rest: sentence.trim() }
}

function firstOf(attempts: (() => Player[])[]): Found {
  for (const attempt of attempts) {
    const [found, another] = attempt()
    if (another) return 'ambiguous'
    if (found) return found
  }
  return 'unknown'
}

function spokenPlace(spoken: string): string {
  const words = wordsOf(foldName(spoken))
  const first = words.findIndex((word) => !LEADING.has(word))
  return first < 0 ? '' : words.slice(first).join(' ')
}

function holdsAll(longer: string, shorter: string): boolean {
  const words = new Set(wordsOf(longer))
  const wanted = wordsOf(shorter)
  return wanted.length > 0 && wanted.every((word) => words.has(word))
}

function isMisheard(name: string, wanted: string): boolean {
  const words = [name, ...wordsOf(name)]
  return wanted.length >= TYPO_LENGTH_MINIMUM && words.some((word) => differByOneLetter(word, wanted))
}

function differByOneLetter(a: string, b: string): boolean {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a]
  if (longer.length - shorter.length > 1 || shorter.length < TYPO_LENGTH_MINIMUM - 1) return false
  let same = 0
  while (same < shorter.length && longer[same] === shorter[same]) same++
  return longer.slice(same + 1) === shorter.slice(longer.length === shorter.length ? same + 1 : same)
}
