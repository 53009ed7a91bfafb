import type { Call, Command } from './command.ts'
import { CommandError, errorCodes } from './command-message.ts'
import type { LibraryQuery, MediaItem, MediaType } from './library.ts'

const read = { scope: 'library.read' } as const
const write = { scope: 'library.write' } as const

export const musicCommands: Record<string, Command> = {
  'music/search': {
    ...read,
    impersonates: true,
    parameters: { search_query: 'string', media_types: 'any?', limit: 'integer?', library_only: 'boolean?' },
    run: search,
  },
  'music/playlists/library_items': listLibrary('playlist'),
  'music/albums/library_items': listLibrary('album'),
  'music/artists/library_items': listLibrary('artist'),
  'music/tracks/library_items': listLibrary('track'),
  'music/radios/library_items': listLibrary('radio'),
  'music/playlists/playlist_tracks': {
    ...read,
    parameters: { item_id: 'string', provider_instance_id_or_domain: 'string', force_refresh: 'boolean?' },
    run: ({ house, args }) => playlistTracks(house.library.items('track', everything), args.item_id),
  },
  'music/item': {
    ...read,
    parameters: { media_type: 'string', item_id: 'string', provider_instance_id_or_domain: 'string' },
    run: ({ house, args }) => findMedia(house, itemUri(args))[0],
  },
  'music/item_by_uri': {
    ...read,
    parameters: { uri: 'string' },
    run: ({ house, args }) => findMedia(house, args.uri)[0],
  },
  'music/recently_played_items': {
    ...read,
    parameters: { limit: 'integer?', userid: 'string?' },
    run: ({ house, account, args }) => house.history.get(args.userid ?? account.userId) ?? [],
  },
  'music/in_progress_items': {
    ...read,
    parameters: { limit: 'integer?', all_users: 'boolean?' },
    run: ({ house, account, args }) =>
      args.all_users ? [...house.history.values()].flat() : (house.history.get(account.userId) ?? []),
  },
  'music/mark_played': {
    ...write,
    parameters: { media_item: 'any', userid: 'string?' },
    run: ({ house, account, args }) =>
      remember(house, args.userid ?? account.userId, findMedia(house, args.media_item)),
  },
  'music/favorites/add_item': {
    ...write,
    parameters: { item: 'any' },
    run: ({ house, args }) => void findMedia(house, args.item),
  },
  'music/library/add_item': {
    ...write,
    parameters: { item: 'any' },
    run: ({ house, args }) => findMedia(house, args.item)[0],
  },
  'music/playlists/add_playlist_tracks': {
    ...write,
    parameters: { db_playlist_id: 'any', uris: 'any' },
    run: ({ house, args }) => void findMedia(house, args.uris),
  },
}

const everything: LibraryQuery = { limit: Number.POSITIVE_INFINITY }

function listLibrary(type: MediaType): Command {
  return {
    ...read,
    impersonates: true,
    parameters: { search: 'string?', favorite: 'boolean?', limit: 'integer?', offset: 'integer?' },
    run: ({ house, args }) => [...house.library.items(type, args)],
  }
}

/** A generator, as the only one of these: `/ws` sends it in frames. */
function* playlistTracks(tracks: Iterable<MediaItem>, playlist: string): Generator<MediaItem> {
  let position = 0
  for (const track of tracks) yield { ...track, metadata: { ...track.metadata, playlist, position: position++ } }
}

function search({ house, args }: Call): Record<string, MediaItem[]> {
  const { search_query: query, media_types: types, limit = 25 } = args
  const wanted = (type: MediaType) =>
    !Array.isArray(types) || types.length === 0 || types.includes(type) ? house.library.search(type, query, limit) : []
  return {
    artists: wanted('artist'),
    albums: wanted('album'),
    genres: [],
    tracks: wanted('track'),
    playlists: wanted('playlist'),
    radio: wanted('radio'),
    audiobooks: [],
    podcasts: [],
  }
}

export function remember({ history }: Call['house'], userId: string, items: MediaItem[]): void {
  history.set(userId, [...items.slice(0, 1), ...(history.get(userId) ?? [])])
}

/**
 * What an argument means: a URI, an item, or a list of these. Of an address the server would fetch what is there.
 * @throws CommandError
 */
export function findMedia(house: Call['house'], media: unknown): MediaItem[] {
  if (Array.isArray(media)) return media.flatMap((one) => findMedia(house, one))
  const uri = typeof media === 'string' ? media : (itemUri(media as Call['args']) as unknown)
  const [, provider, type, id] = /^([a-z0-9_-]+):\/\/(?:([a-z_]+)\/)?(.*)$/is.exec(String(uri)) ?? []
  if (!provider || !id) throw new CommandError(errorCodes.other, `${uri} is not a valid Music Assistant uri`)
  if (/^(https?|rtsp|mms|rtmp)$/i.test(provider)) {
    house.fetch(String(uri))
    return [madeUp('builtin', 'radio', String(uri))]
  }
  if (provider === 'builtin' && /^https?:/i.test(id)) house.fetch(id)
  if (provider !== 'library') return [madeUp(provider, type ?? 'track', id)]
  const item = house.library.find(type ?? '', id)
  if (!item) throw new CommandError(errorCodes.other, `${uri} is not available`)
  return [item]
}

function itemUri(item: Call['args'] | null): string {
  const { uri, media_type: type, item_id: id, provider, provider_instance_id_or_domain: instance } = item ?? {}
  return uri ?? `${provider ?? instance}://${type}/${id}`
}

function madeUp(provider: string, type: string, id: string): MediaItem {
  const uri = `${provider}://${type}/${id}`
  const known = { item_id: id, provider, name: id, uri, media_type: type }
  return { ...known, is_playable: true, favorite: false, metadata: {}, provider_mappings: [] }
}
