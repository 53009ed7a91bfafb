/** Where a folder's file system is mounted, and of which type it is. */
export interface Mount {
  point: string
  type: string
}

/**
 * The mount that a path is on.
 * @param path absolute, without links. @param mountinfo of `/proc/self/mountinfo`. @see proc_pid_mountinfo(5)
 */
export function mountOf(path: string, mountinfo: string): Mount | undefined {
  return mountinfo
    .split('\n')
    .flatMap((line) => {
      const [before = '', after] = line.split(' - ')
      const point = before.split(' ')[4]
      const type = after?.split(' ')[0]
      return point === undefined || type === undefined ? [] : [{ point: unescapeOctal(point), type }]
    })
    .filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`))
    .reduce<Mount | undefined>((best, one) => (best && best.point.length > one.point.length ? best : one), undefined)
}

/** A space in it is written `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** What ends when, by the type of a file system. */
const VOLATILE: Record<string, string> = {
  tmpfs: 'in memory, and gone when this machine starts anew',
  ramfs: 'in memory, and gone when this machine starts anew',
  overlay: 'in the container itself, and gone when that is made anew, as with each update',
  aufs: 'in the container itself, and gone when that is made anew, as with each update',
}

/** @returns when what is kept there is lost, in words; undefined where it stays. */
export function lossAt({ type }: Mount): string | undefined {
  return Object.hasOwn(VOLATILE, type) ? VOLATILE[type] : undefined
}
