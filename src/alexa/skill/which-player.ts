import { findPlayer } from './find-player.ts'
import type { Player } from './music.ts'
import type { Reply } from './skill-answer.ts'
import type { Pending } from './skill-request.ts'
import { Trouble } from './trouble.ts'
import type { Intent, Turn } from './turn.ts'

/** Names that are read out; more nobody can keep in mind. */
const NAMES_LIMIT = 6
/** How often it is asked before the skill gives up. */
const QUESTIONS_LIMIT = 2

/** An intent that is about a player: the one that was said, that of the Echo, or the only one. Else it asks. */
export function onPlayer(act: (turn: Turn, player: Player) => Promise<Reply>): Intent {
  return async function actOnPlayer(turn) {
    const player = await whichPlayer(turn, turn.slots.player)
    return player ? act(turn, player) : askWhichPlayer(turn, turn.words.whichPlayer)
  }
}

/** @returns undefined where somebody has to be asked. @throws Trouble */
export async function whichPlayer(turn: Turn, spoken: string | undefined): Promise<Player | undefined> {
  const players = await turn.players()
  const [only, another] = players
  if (!only) throw new Trouble('no-players')
  if (spoken !== undefined) return requirePlayer(players, spoken)
  const configured = configuredPlayer(turn)
  if (configured !== undefined) return findConfigured(players, configured)
  return (await rememberedPlayer(turn, players)) ?? (another ? undefined : only)
}

/** What the configuration says of the Echo that is listening. */
export function configuredPlayer({ request: { deviceId }, configured }: Turn): string | undefined {
  return deviceId !== undefined && Object.hasOwn(configured, deviceId) ? configured[deviceId] : undefined
}

/** @throws Trouble where there is no such player, or more than one. */
export function requirePlayer(players: Player[], spoken: string): Player {
  const found = findPlayer(players, spoken)
  if (typeof found !== 'string') return found
  throw new Trouble(found === 'ambiguous' ? 'player-ambiguous' : 'player-unknown', spoken)
}

/** By its id or its name. @throws Trouble */
export function findConfigured(players: Player[], configured: string): Player {
  const found = players.find(({ id }) => id === configured) ?? findPlayer(players, configured)
  if (typeof found !== 'string') return found
  throw new Trouble('player-missing', configured)
}

async function rememberedPlayer(
  { request: { deviceId }, userId, echoes }: Turn,
  players: Player[],
): Promise<Player | undefined> {
  if (deviceId === undefined) return undefined
  const remembered = await echoes.find(userId, deviceId)
  return players.find(({ id }) => id === remembered)
}

/** Whether whoever has not been understood is asked once more. */
export function mayAskAgain(pending: Pending | undefined): boolean {
  return (pending?.asked ?? 0) < QUESTIONS_LIMIT
}

/** Keeps what was asked for until the answer comes. @param pending where it is asked once more. */
export async function askWhichPlayer(
  { request, slots, players }: Turn,
  question: (names: string[]) => string,
  { intent, slots: kept, asked }: Pending = { intent: request.intent, slots, asked: 0 },
): Promise<Reply> {
  const says = question((await players()).slice(0, NAMES_LIMIT).map(({ name }) => name))
  return { says, question: says, pending: { intent, slots: { ...kept }, asked: asked + 1 } }
}
