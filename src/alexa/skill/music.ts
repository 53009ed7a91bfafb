import { z } from 'zod'
import type { CallMusicAssistant } from './call-music-assistant.ts'
import { spokenName } from './plain-text.ts'
import { musicTrouble, Trouble } from './trouble.ts'

/** What is looked at of a list that Music Assistant answers with. */
const PLAYERS_LIMIT = 200
const MATCHES_LIMIT = 25

export const MEDIA_TYPES = ['artist', 'album', 'track', 'playlist', 'radio'] as const
export type MediaType = (typeof MEDIA_TYPES)[number]

export interface Player {
  id: string
  name: string
  state: 'playing' | 'paused' | 'idle'
  /** What it says of itself, where no queue of Music Assistant's plays. */
  title?: string
  artist?: string
}

export interface MediaItem {
  uri: string
  type: MediaType
  name: string
  artists: string[]
  inLibrary: boolean
}

export interface Queue {
  id: string
  items: number
  current?: { title: string; artist?: string }
}

/** Music Assistant, as far as the skill needs it. Each of these throws `Trouble` where it comes to nothing. */
export interface Music {
  /** Those that can be used now. */
  players(): Promise<Player[]>
  /** In the order of Music Assistant's own ranking, type by type. */
  search(query: string, types: readonly MediaType[]): Promise<MediaItem[]>
  activeQueue(player: Player): Promise<Queue | undefined>
  /** For what is only done. */
  run(command: string, args: Record<string, unknown>): Promise<void>
}

// Whatever is not as it should be counts as absent: a new version may say things in another way, a hostile one anything.
const word = z.string().max(10_000).optional().catch(undefined)
const names = z.array(z.object({ name: z.string().max(10_000) })).catch([])
const readPlayer = z.object({
  player_id: z.string().min(1).max(500),
  name: word,
  display_name: word,
  available: z.boolean().catch(true),
  enabled: z.boolean().catch(true),
  playback_state: word,
  state: word,
  current_media: z.object({ title: word, artist: word }).nullish().catch(undefined),
})
const readItem = z.object({
  // Never an address of the home network, which the server would fetch.
  uri: z.string().regex(/^(?!https?:|file:|ftps?:)[\w.-]{1,200}:\/\/[^\s\p{C}]{1,1000}$/iu),
  name: z.string().min(1).max(10_000),
  provider: word,
  is_playable: z.boolean().catch(true),
  artists: names,
})
const readQueue = z.object({
  queue_id: z.string().min(1).max(500),
  items: z.number().catch(0),
  current_item: z
    .object({
      name: word,
      media_item: z.object({ name: word, artists: names }).nullish().catch(undefined),
      streamdetails: z.object({ stream_title: word }).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
})

/** The key of each type in the answer to a search. */
const IN_SEARCH = {
  artist: 'artists',
  album: 'albums',
  track: 'tracks',
  playlist: 'playlists',
  radio: 'radio',
} as const

export function musicOf(callMusicAssistant: CallMusicAssistant): Music {
  async function call(command: string, args: Record<string, unknown>): Promise<unknown> {
    const outcome = await callMusicAssistant({ command, args })
    if (outcome.kind === 'result') return outcome.value
    throw musicTrouble(outcome.reason, outcome.scope, outcome.detail)
  }

  return {
    async players() {
      const answer = await call('players/all', {})
      if (!Array.isArray(answer)) throw new Trouble('odd-answer', '', 'players/all: no list')
      return eachAs(answer.slice(0, PLAYERS_LIMIT), readPlayer).flatMap(asPlayer)
    },

    async search(query, types) {
      const answer = await call('music/search', { search_query: query, media_types: types, limit: MATCHES_LIMIT })
      if (typeof answer !== 'object' || answer === null) throw new Trouble('odd-answer', '', 'music/search: no object')
      return types.flatMap((type) => {
        const list: unknown = (answer as Record<string, unknown>)[IN_SEARCH[type]]
        if (!Array.isArray(list)) return []
        return eachAs(list.slice(0, MATCHES_LIMIT), readItem)
          .filter(({ is_playable }) => is_playable)
          .map(({ uri, name, provider, artists }) => ({
            uri,
            type,
            name: spokenName(name),
            artists: artists.slice(0, 10).map((artist) => spokenName(artist.name)),
            inLibrary: provider === 'library' || uri.startsWith('library://'),
          }))
      })
    },

    async activeQueue({ id }) {
      const queue = readQueue.safeParse(await call('player_queues/get_active_queue', { player_id: id }))
      return queue.success ? asQueue(queue.data) : undefined
    },

    async run(command, args) {
      await call(command, args)
    },
  }
}

function eachAs<Schema extends z.ZodType>(list: unknown[], schema: Schema): z.infer<Schema>[] {
  return list.flatMap((one) => {
    const read = schema.safeParse(one)
    return read.success ? [read.data] : []
  })
}

function asPlayer(given: z.infer<typeof readPlayer>): Player[] {
  const { player_id: id, display_name, name, available, enabled, playback_state, state, current_media } = given
  if (!available || !enabled) return []
  const said = playback_state ?? state
  return [
    {
      id,
      name: spokenName(display_name || name || id),
      state: said === 'playing' || said === 'paused' ? said : 'idle',
      title: current_media?.title && spokenName(current_media.title),
      artist: current_media?.artist && spokenName(current_media.artist),
    },
  ]
}

function asQueue({ queue_id, items, current_item }: z.infer<typeof readQueue>): Queue {
  // Of a radio station, what it says of itself; else the track, whose artists are known apart.
  const media = current_item?.media_item
  const title = current_item?.streamdetails?.stream_title || media?.name || current_item?.name
  const artist = media?.artists[0]?.name
  if (!title) return { id: queue_id, items }
  return { id: queue_id, items, current: { title: spokenName(title), artist: artist && spokenName(artist) } }
}
