import { Trouble } from '../trouble.ts'
import type { Intent } from '../turn.ts'
import { onPlayer } from '../which-player.ts'

export const whatIsPlaying: Intent = onPlayer(async ({ music, words }, player) => {
  if (player.state === 'idle') throw new Trouble('nothing-playing', player.name)
  const { title, artist } = (await music.activeQueue(player))?.current ?? player
  if (!title) throw new Trouble('nothing-playing', player.name)
  const tell = player.state === 'paused' ? words.nowPaused : words.nowPlaying
  return { says: tell(title, artist, player.name), card: 'text' }
})
