import { dirname } from 'node:path'
import { explainForbidden, type FileAction } from './explain-forbidden.ts'

/**
 * What is wrong with a file, whose it is, and the command that mends it.
 * @param error of the file system's.
 * @returns one or more sentences that begin with the path.
 */
export function explainFileError(error: unknown, path: string, action: FileAction): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined) return message
  if (code === 'EACCES' || code === 'EPERM') return explainForbidden(path, action, code)
  const advice = ADVICE[code]?.(path)
  return `${path} can't be ${action} (${code})${advice ? `: ${advice}` : '.'}`
}

const FULL = (path: string) => `there is no room. Make some, and look at what takes it:  df -h ${dirname(path)}`
const TOO_MANY_OPEN = () =>
  'too many files are open. Allow more: LimitNOFILE=65536 in the unit of systemd, or "ulimit -n 65536" before the start.'

/** What to do, by the code of what the file system says. */
const ADVICE: Record<string, (path: string) => string> = {
  EROFS: (path) =>
    `its file system can only be read from. Mount it for writing ("mount | grep ro," shows which those are), or choose another place; a service of systemd needs ReadWritePaths=${dirname(path)}`,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EIO: () =>
    'the disk itself reports an error. "dmesg | tail" says more; copy what it still gives to another disk first.',
  EISDIR: (path) => `it is a folder, and should be a file. Move it away:  mv ${path} ${path}.folder`,
  EEXIST: (path) => `it is a file, and should be a folder. Move it away:  mv ${path} ${path}.file`,
  ENOTDIR: (path) => `something above it is a file, and should be a folder:  namei ${path}`,
  EMFILE: TOO_MANY_OPEN,
  ENFILE: TOO_MANY_OPEN,
  ELOOP: (path) => `its links lead in a circle:  namei ${path}`,
  ENOENT: (path) => `it isn't there, or the folder that it belongs into isn't:  ls -ld ${dirname(path)}`,
  EFBIG: () => 'it would be larger than this process may write: "ulimit -f" says how much that is.',
}
