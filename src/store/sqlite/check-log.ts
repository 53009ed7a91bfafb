import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { StorageError } from '../../files/storage-error.ts'

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
/** Of all of our databases, and so where the header that says it is damaged. */
const PAGE_BYTES = 4096
/** The header's first number says in which order the bytes are that the checksums add up. */
const MAGIC = 0x377f0682
const MAGIC_BIG_ENDIAN = 0x377f0683
/** Another process may write while it is read; what is damaged stays so. */
const LOOKS = 3
const PAUSE_MS = 20

type Checksum = readonly [number, number]

interface Frame {
  salts: string
  /** Whether a transaction ends with it. */
  commits: boolean
  checksum: Checksum
  /** The checksum that follows from the frame before, if its own is this. */
  follows: (before: Checksum) => Checksum
}

/**
 * SQLite takes its write-ahead log to end at the first frame that isn't whole. After a power cut that is right, for what
 * comes then was never committed. A bit that fell over further up looks the same, and would make all that was committed
 * later missing rows. So a frame that isn't whole, with another one somewhere behind it that was written after a commit,
 * is damage: SQLite writes nothing after a commit before that is on the disk.
 * @throws StorageError @see https://sqlite.org/fileformat2.html#walformat
 */
export async function checkLog(file: string): Promise<void> {
  for (let look = 1; ; look++) {
    const damaged = findDamage(file)
    if (damaged === undefined) return
    if (look === LOOKS) throw new StorageError(damagedLog(file, damaged))
    await setTimeout(PAUSE_MS)
  }
}

/** @returns the number of the damaged frame, 0 for the log's header; undefined where all is whole, or ends torn. */
export function findDamage(file: string): number | undefined {
  const size = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (size <= HEADER_BYTES) return undefined
  const handle = openSync(`${file}-wal`, 'r')
  try {
    return readFrames(handle)
  } finally {
    closeSync(handle)
  }
}

function readFrames(handle: number): number | undefined {
  const header = Buffer.alloc(HEADER_BYTES)
  readSync(handle, header, 0, HEADER_BYTES, 0)
  const magic = header.readUInt32BE(0)
  const bigEndian = magic === MAGIC_BIG_ENDIAN
  let checksum = checksumAt(header, 24)
  const whole =
    (magic === MAGIC || bigEndian) && same(checksum, addUp([0, 0], header.subarray(0, HEADER_BYTES - 8), bigEndian))
  let salts = whole ? header.toString('latin1', 16, 24) : undefined
  let damaged = whole ? undefined : 0
  let afterCommit = false
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + (whole ? header.readUInt32BE(8) : PAGE_BYTES))
  for (let number = 1; ; number++) {
    const at = HEADER_BYTES + (number - 1) * bytes.length
    if (readSync(handle, bytes, 0, bytes.length, at) < bytes.length) return undefined
    const frame = readFrame(bytes, bigEndian)
    salts ??= frame.salts
    const ours = frame.salts === salts
    const intact = ours && same(frame.follows(checksum), frame.checksum)
    if (damaged !== undefined && intact && afterCommit) return damaged
    if (!intact) damaged ??= number
    checksum = frame.checksum
    afterCommit = ours && frame.commits
  }
}

function readFrame(bytes: Buffer, bigEndian: boolean): Frame {
  return {
    salts: bytes.toString('latin1', 8, 16),
    commits: bytes.readUInt32BE(4) !== 0,
    checksum: checksumAt(bytes, 16),
    follows: (before) =>
      addUp(addUp(before, bytes.subarray(0, 8), bigEndian), bytes.subarray(FRAME_HEADER_BYTES), bigEndian),
  }
}

function addUp([a, b]: Checksum, bytes: Buffer, bigEndian: boolean): Checksum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + view.getUint32(at, !bigEndian) + b) >>> 0
    b = (b + view.getUint32(at + 4, !bigEndian) + a) >>> 0
  }
  return [a, b]
}

function checksumAt(bytes: Buffer, at: number): Checksum {
  return [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
}

function same(one: Checksum, other: Checksum): boolean {
  return one[0] === other[0] && one[1] === other[1]
}

function damagedLog(file: string, frame: number): string {
  const log = `${file}-wal`
  const where = frame === 0 ? 'in its header' : `in frame ${frame}`
  return `The database ${file} can't be opened: its write-ahead log ${log} is damaged ${where}, and what was committed after that would be missing without a word. Nothing was changed. Put a backup in place of the database, and move ${log} and ${file}-shm away, which don't belong to it. Without a backup, go on without all that stands in the log only, which is the last minutes:  mv ${log} ${log}.damaged`
}
