import { Trouble } from '../trouble.ts'
import type { Intent } from '../turn.ts'
import { onPlayer } from '../which-player.ts'

/** In percent. Alexa sends what it didn't understand as "?", which is as good as nothing. */
export const volumeSet: Intent = onPlayer(async ({ music, words, slots }, player) => {
  const level = /^\d{1,3}$/.test(slots.level ?? '') ? Number(slots.level) : Number.NaN
  if (!(level <= 100)) throw new Trouble('volume-range')
  await music.run('players/cmd/volume_set', { player_id: player.id, volume_level: level })
  return { says: words.volume(level, player.name) }
})

export const volumeUp: Intent = onPlayer(async ({ music, words }, player) => {
  await music.run('players/cmd/volume_up', { player_id: player.id })
  return { says: words.louder(player.name) }
})

export const volumeDown: Intent = onPlayer(async ({ music, words }, player) => {
  await music.run('players/cmd/volume_down', { player_id: player.id })
  return { says: words.quieter(player.name) }
})
