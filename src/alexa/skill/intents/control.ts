import type { Player } from '../music.ts'
import { Trouble } from '../trouble.ts'
import type { Intent, Turn } from '../turn.ts'
import { onPlayer } from '../which-player.ts'

export const pause: Intent = whilePlaying('players/cmd/pause', 'paused')
export const next: Intent = whilePlaying('players/cmd/next', 'next')
export const previous: Intent = whilePlaying('players/cmd/previous', 'previous')
const stopPlaying: Intent = whilePlaying('players/cmd/stop', 'stopped')

/** In the middle of a question it is that which somebody wants to be over. */
export const stop: Intent = async (turn) => (turn.request.pending ? cancel(turn) : stopPlaying(turn))

export const cancel: Intent = async ({ words }) => ({ says: words.goodbye })

export const resume: Intent = onPlayer(async ({ music, words }, player) => {
  if (player.state === 'paused') await music.run('players/cmd/play', { player_id: player.id })
  else if (player.state === 'idle') {
    const queue = await music.activeQueue(player)
    if (!queue || queue.items <= 0) throw new Trouble('nothing-queued', player.name)
    await music.run('player_queues/resume', { queue_id: queue.id })
  }
  return { says: words.resumed(player.name) }
})

export const shuffle = (enabled: boolean): Intent =>
  onPlayer(async ({ music, words }, player) => {
    const queue = await music.activeQueue(player)
    if (!queue) throw new Trouble('nothing-queued', player.name)
    await music.run('player_queues/shuffle', { queue_id: queue.id, shuffle_enabled: enabled })
    return { says: enabled ? words.shuffleOn(player.name) : words.shuffleOff(player.name) }
  })

function whilePlaying(command: string, done: 'paused' | 'next' | 'previous' | 'stopped'): Intent {
  return onPlayer(async ({ music, words }: Turn, player: Player) => {
    if (player.state === 'idle') throw new Trouble('nothing-playing', player.name)
    await music.run(command, { player_id: player.id })
    return { says: words[done](player.name) }
  })
}
