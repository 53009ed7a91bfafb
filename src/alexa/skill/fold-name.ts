/** Characters that are looked at; a name of Music Assistant's may be of any length. */
const LIMIT = 300

/**
 * A name as it is compared: case, accents and punctuation don't count, and `ü`, `ue` and `u` are one letter, for speech
 * recognition writes any of them.
 */
export function foldName(name: string): string {
  return name
    .slice(0, LIMIT)
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll('&', ' and ')
    .replace(/([aou])e/g, '$1')
    .replace(/['’`]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

export function wordsOf(folded: string): string[] {
  return folded.split(' ').filter((word) => word !== '')
}
