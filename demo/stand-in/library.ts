const places = ['Harbour', 'Orchard', 'Attic', 'Lighthouse', 'Meadow', 'Stairwell', 'Quarry', 'Boathouse']
const moods = ['Quiet', 'Amber', 'Distant', 'Restless', 'Paper', 'Winter', 'Hollow', 'Bright', 'Slow']

export type MediaType = 'playlist' | 'album' | 'artist' | 'track' | 'radio'

export interface MediaItem {
  item_id: string
  provider: string
  name: string
  uri: string
  media_type: string
  is_playable: boolean
  favorite: boolean
  metadata: object
  provider_mappings: object[]
  artists?: Reference[]
  album?: Reference
}

/** An item that another one names. */
interface Reference {
  item_id: string
  provider: string
  name: string
  uri: string
  media_type: string
}

export interface LibraryQuery {
  search?: string
  favorite?: boolean
  limit?: number
  offset?: number
}

/** The library: made up, but always the same. */
export class Library {
  readonly sizes: Record<MediaType, number>

  /** @param tracks how many there are; 501 are one more than a frame holds */
  constructor(tracks = 501) {
    this.sizes = { playlist: 8, album: 24, artist: 12, track: tracks, radio: 4 }
  }

  *items(type: MediaType, { search = '', favorite, limit = 500, offset = 0 }: LibraryQuery = {}): Generator<MediaItem> {
    let skipped = 0
    let given = 0
    for (let number = 1; number <= this.sizes[type] && given < limit; number += 1) {
      const item = libraryItem(type, number)
      if (!item.name.toLowerCase().includes(search.toLowerCase())) continue
      if (favorite !== undefined && item.favorite !== favorite) continue
      if (skipped++ < offset) continue
      given += 1
      yield item
    }
  }

  find(type: string, id: string): MediaItem | undefined {
    const number = /^[1-9]\d*$/.test(id) ? Number(id) : 0
    const size = this.sizes[type as MediaType] ?? 0
    return number >= 1 && number <= size ? libraryItem(type as MediaType, number) : undefined
  }

  /** Those with each word in their name, or in their artist's. */
  search(type: MediaType, query: string, limit: number): MediaItem[] {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean)
    const found: MediaItem[] = []
    for (const item of this.items(type, { limit: Number.POSITIVE_INFINITY })) {
      const text = [item.name, ...(item.artists ?? []).map(({ name }) => name)].join(' ').toLowerCase()
      if (words.every((word) => text.includes(word))) found.push(item)
      if (found.length === limit) break
    }
    return found
  }

  /** What is played when it is asked for: of an album or an artist ten tracks, of a playlist all. */
  tracksOf(item: MediaItem): MediaItem[] {
    if (item.provider !== 'library' || item.media_type === 'track' || item.media_type === 'radio') return [item]
    if (item.media_type === 'playlist') return [...this.items('track', { limit: Number.POSITIVE_INFINITY })]
    const first = Number(item.item_id)
    return Array.from({ length: 10 }, (_, index) => libraryItem('track', first + index))
  }
}

function libraryItem(type: MediaType, number: number): MediaItem {
  return {
    item_id: String(number),
    provider: 'library',
    name: nameOf(type, number),
    uri: `library://${type}/${number}`,
    media_type: type,
    is_playable: true,
    favorite: number % 5 === 0,
    provider_mappings: [{ item_id: String(number), provider_domain: 'builtin', provider_instance: 'builtin' }],
    metadata: { images: [{ type: 'thumb', path: `${type}-${number}.png`, provider: 'builtin' }] },
    ...((type === 'track' || type === 'album') && { artists: [reference('artist', ((number - 1) % 12) + 1)] }),
    ...(type === 'track' && { album: reference('album', ((number - 1) % 24) + 1) }),
  }
}

function reference(type: MediaType, number: number): Reference {
  const [item_id, provider] = [String(number), 'library']
  return { item_id, provider, name: nameOf(type, number), uri: `library://${type}/${number}`, media_type: type }
}

function nameOf(type: MediaType, number: number): string {
  const title = `${moods[number % moods.length]} ${places[number % places.length]}`
  switch (type) {
    case 'playlist':
      return `${title} Mix`
    case 'artist':
      return `The ${title}s`
    case 'radio':
      return `Radio ${title}`
    default:
      return `${title} No. ${number}`
  }
}
