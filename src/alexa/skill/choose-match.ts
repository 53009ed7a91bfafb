import { foldName } from './fold-name.ts'
import type { MediaItem } from './music.ts'

export interface Wanted {
  name: string
  /** Where it was said whose it is. */
  artist?: string
}

/**
 * The item that somebody most likely means: one whose name is just that, of the library or else of a provider, then the
 * first of the library, then the first. Ties go to the earlier one. @returns undefined where there is none by that artist.
 */
export function chooseMatch(items: readonly MediaItem[], { name, artist }: Wanted): MediaItem | undefined {
  const wanted = foldName(name)
  const by = artist === undefined ? undefined : foldName(artist)
  const candidates = by === undefined ? items : items.filter(({ artists }) => artists.some((one) => isBy(one, by)))
  const rank = (item: MediaItem) => (isNamed(item, wanted) ? 0 : 2) + (item.inLibrary ? 0 : 1)
  return candidates.reduce<MediaItem | undefined>(
    (best, item) => (best === undefined || rank(item) < rank(best) ? item : best),
    undefined,
  )
}

/** "The Beatles" is asked for as "Beatles", and the other way round. */
function isNamed({ name }: MediaItem, wanted: string): boolean {
  const withoutArticle = (folded: string) => folded.replace(/^(the|die|der|das) /, '')
  return withoutArticle(foldName(name)) === withoutArticle(wanted)
}

function isBy(artist: string, wanted: string): boolean {
  const known = foldName(artist)
  return known === wanted || ` ${known} `.includes(` ${wanted} `) || ` ${wanted} `.includes(` ${known} `)
}
