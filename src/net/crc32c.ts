/** The polynomial of Castagnoli, its bits reversed. @see RFC 9260 appendix A */
const POLYNOMIAL = 0x82f63b78

/** The CRC32c of some bytes, as an unsigned number. `zlib.crc32` has another polynomial. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
