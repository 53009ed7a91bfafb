import { chooseMatch, type Wanted } from '../choose-match.ts'
import { splitPlayer } from '../find-player.ts'
import { MEDIA_TYPES, type MediaItem, type MediaType, type Music, type Player } from '../music.ts'
import type { Reply } from '../skill-answer.ts'
import { Trouble } from '../trouble.ts'
import type { Intent, Turn } from '../turn.ts'
import { askWhichPlayer, whichPlayer } from '../which-player.ts'

type Said = 'artist' | 'album' | 'track' | 'playlist' | 'station' | 'query'

/** What to play is in the slot of this name. */
export function play(slot: Said): Intent {
  const types = TYPES[slot]
  return async function playIn(turn) {
    const { slots, words } = turn
    const said = slots[slot] ?? (slot === 'album' || slot === 'track' ? slots.artist : undefined)
    if (said === undefined) throw new Trouble('nothing-said')
    const heard = await hear(turn, said)
    if (!heard.player) return askWhichPlayer(turn, words.whichPlayer)
    const artist = slot === 'artist' || slots[slot] === undefined ? undefined : slots.artist
    return playOn(heard.player, turn, slots[slot] === undefined ? TYPES.artist : types, { name: heard.name, artist })
  }
}

/** "Play the album" with nothing but an artist is as good as playing the artist. */
const TYPES: Record<Said, readonly MediaType[]> = {
  artist: ['artist'],
  album: ['album'],
  track: ['track'],
  playlist: ['playlist'],
  station: ['radio'],
  query: MEDIA_TYPES,
}

/** Where Alexa put the player into what was said, it is found there. */
async function hear(turn: Turn, said: string): Promise<{ name: string; player: Player | undefined }> {
  const { player: spoken } = turn.slots
  if (spoken !== undefined) return { name: said, player: await whichPlayer(turn, spoken) }
  const { rest, player } = splitPlayer(said, await turn.players())
  return { name: rest, player: player ?? (await whichPlayer(turn, undefined)) }
}

async function playOn(
  player: Player,
  { music, words }: Turn,
  types: readonly MediaType[],
  wanted: Wanted,
): Promise<Reply> {
  const item = await find(music, types, wanted)
  if (!item) throw new Trouble('nothing-found', wanted.artist ? words.by(wanted.name, wanted.artist) : wanted.name)
  await music.run('player_queues/play_media', { queue_id: player.id, media: item.uri, option: 'replace' })
  return { says: words.playing(item, player.name), card: 'text' }
}

/** A name that many have is asked for once more, with the artist. */
async function find(music: Music, types: readonly MediaType[], wanted: Wanted): Promise<MediaItem | undefined> {
  const found = chooseMatch(await music.search(wanted.name, types), wanted)
  if (found || wanted.artist === undefined) return found
  return chooseMatch(await music.search(`${wanted.artist} - ${wanted.name}`, types), wanted)
}
