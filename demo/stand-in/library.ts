const places = ['Harbour', 'Orchard', 'Attic', 'Lighthouse', 'Meadow', 'Stairwell', 'Quarry', 'Boathouse']
const moods = ['Quiet', 'Amber', 'Distant', 'Restless', 'Paper', 'Winter', 'Hollow', 'Bright', 'Slow']

const sizes = { playlist: 8, album: 24, artist: 12, track: 501 }

export type MediaType = keyof typeof sizes

export interface LibraryQuery {
  search?: string
  favorite?: boolean
  limit?: number
  offset?: number
}

/** The items of one media type, made up but always the same. There are 501 tracks: one more than a frame holds. */
export function* libraryItems(type: MediaType, query: LibraryQuery) {
  const { search = '', favorite, limit = 500, offset = 0 } = query
  let skipped = 0
  let given = 0
  for (let number = 1; number <= sizes[type] && given < limit; number += 1) {
    const item = libraryItem(type, number)
    if (!item.name.toLowerCase().includes(search.toLowerCase())) continue
    if (favorite !== undefined && item.favorite !== favorite) continue
    if (skipped++ < offset) continue
    given += 1
    yield item
  }
}

function libraryItem(type: MediaType, number: number) {
  const title = `${moods[number % moods.length]} ${places[number % places.length]}`
  return {
    item_id: String(number),
    provider: 'library',
    name: type === 'playlist' ? `${title} Mix` : type === 'artist' ? `The ${title}s` : `${title} No. ${number}`,
    uri: `library://${type}/${number}`,
    media_type: type,
    is_playable: true,
    favorite: number % 5 === 0,
    metadata: { images: [{ type: 'thumb', path: `${type}-${number}.png`, provider: 'builtin' }] },
  }
}
