import type { Player } from '../music.ts'
import { Trouble } from '../trouble.ts'
import type { Intent, Turn } from '../turn.ts'
import { askWhichPlayer, configuredPlayer, findConfigured, mayAskAgain, requirePlayer } from '../which-player.ts'

/**
 * "The kitchen": the answer to which player an Echo stands beside, or somebody telling so unasked. It is remembered, and
 * what was asked for before is done now.
 * @param intents all of them, for what was asked for before.
 */
export function choosePlayer(intents: (name: string) => Intent | undefined): Intent {
  return async function answerWhichPlayer(turn) {
    const { request, slots, words } = turn
    const { pending } = request
    const players = await turn.players()
    const configured = configuredPlayer(turn)
    if (configured !== undefined && !pending) {
      return { says: words.fixed(findConfigured(players, configured).name) }
    }
    const player = findOrAsk(players, slots.player ?? '')
    if (!player) {
      if (mayAskAgain(pending)) return askWhichPlayer(turn, words.whichPlayerAgain, pending)
      throw new Trouble('player-unknown', slots.player)
    }
    await remember(turn, player)
    const told = words.remembered(player.name)
    const wanted = pending && intents(pending.intent)
    if (!wanted || !pending || pending.intent === request.intent) return { says: told }
    const done = await wanted({
      ...turn,
      request: { ...request, intent: pending.intent, pending: undefined },
      slots: { ...pending.slots, player: player.name },
    })
    return { ...done, says: `${told} ${done.says}` }
  }
}

function findOrAsk(players: Player[], spoken: string): Player | undefined {
  try {
    return requirePlayer(players, spoken)
  } catch (error) {
    if (error instanceof Trouble) return undefined
    throw error
  }
}

async function remember({ request: { deviceId }, userId, echoes }: Turn, player: Player): Promise<void> {
  if (deviceId !== undefined) await echoes.remember(userId, deviceId, player.id)
}
