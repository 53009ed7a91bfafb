import { crc32 } from 'node:zlib'

const MARK = ',"crc":'

/**
 * The form of a row: JSON whose last member is the checksum of the rest, for SQLite has none, and a bit that fell over
 * in a token's scopes or expiry must not count. Keyv's own form would look at every string.
 */
export const checkedJson = {
  stringify(row: unknown): string {
    const json = JSON.stringify(row)
    return `${json.slice(0, -1)}${MARK}${crc32(json)}}`
  },

  /** @throws Error when it isn't what was written. */
  parse<T>(text: string): T {
    const row = JSON.parse(text) as T & { crc?: number }
    const end = text.lastIndexOf(MARK)
    if (row.crc !== crc32(`${text.slice(0, end)}}`)) throw new Error('its checksum is wrong')
    return row
  },
}
