/** Bytes that come in pieces of any size. */
export interface GrowingBytes {
  add: (piece: Buffer) => void
  length: () => number
  /** What has come so far; not to be changed. */
  all: () => Buffer
}

/**
 * Whoever sends byte by byte costs neither a copy of everything for each of them nor an object: twice what is there is
 * asked for when it doesn't suffice.
 */
export function openGrowingBytes(): GrowingBytes {
  let room: Buffer = Buffer.alloc(0)
  let length = 0
  return {
    add(piece) {
      const needed = length + piece.length
      // What comes in one piece, as nearly all does, isn't copied at all.
      if (length === 0) room = piece
      else if (needed > room.length) room = Buffer.concat([room.subarray(0, length), piece], 2 * needed)
      else piece.copy(room, length)
      length = needed
    },
    length: () => length,
    all: () => room.subarray(0, length),
  }
}
