import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'

/** Larger than any secret, certificate or configuration. Of what is larger, only the outside is compared. */
const READ_LIMIT_BYTES = 1_048_576

/** What tells one state of a file from another. */
export interface Fingerprint {
  /** Changes whenever somebody wrote, at the cost of a look from outside. */
  outside: string
  /** Changes only when what is in the file, or whether it can be read, does. */
  inside: string
}

/** Symlinks are followed. A file that can't be read has a fingerprint too: why it can't. Never throws. */
export async function fingerprintOf(file: string): Promise<Fingerprint> {
  const before = await outsideOf(file)
  if (!before.readable) return { outside: before.outside, inside: before.outside }
  try {
    const content = await readFile(file)
    return { outside: before.outside, inside: createHash('sha256').update(content).digest('base64') }
  } catch (error) {
    return { outside: before.outside, inside: codeOf(error) }
  }
}

/** @returns `readable` only of a plain file of bearable size, for reading from a pipe would never end. */
export async function outsideOf(file: string): Promise<{ outside: string; readable: boolean }> {
  try {
    const stats = await stat(file, { bigint: true })
    const { dev, ino, size, mtimeNs, ctimeNs } = stats
    return {
      outside: [dev, ino, size, mtimeNs, ctimeNs].join(),
      readable: stats.isFile() && size <= READ_LIMIT_BYTES,
    }
  } catch (error) {
    return { outside: codeOf(error), readable: false }
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unreadable'
}
