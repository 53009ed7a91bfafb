import { spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'

/** Mounts an empty file system of 4 MB there until the test ends. @returns false where this user may not. */
export function mountSmallDisk(t: ExecutionContext, folder: string): boolean {
  const why = mount(t, folder)
  if (why === undefined) return true
  t.log(`skipped, for ${why}`)
  // Where nobody reads what was skipped, it counts as a failure.
  if (process.env.CI) t.fail(why)
  else t.pass()
  return false
}

/** @returns why not. */
function mount(t: ExecutionContext, folder: string): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux'
  const mount = ['mount', '-t', 'tmpfs', '-o', `size=4m,mode=700,uid=${process.getuid?.()}`, 'tmpfs', folder]
  let why = ''
  for (const [program = '', ...words] of [mount, ['sudo', '-n', ...mount]]) {
    const { status, stderr, error } = spawnSync(program, words, { encoding: 'utf8' })
    if (status === 0) {
      const unmount = ['umount', '--lazy', folder]
      t.teardown(() =>
        program === 'sudo' ? spawnSync('sudo', ['-n', ...unmount]) : spawnSync('umount', unmount.slice(1)),
      )
      return undefined
    }
    why += ` ${error?.message ?? stderr.trim()}`
  }
  return `nothing can be mounted here:${why}`
}

/** @returns whether there was room. */
export function writes(file: string, size: number): boolean {
  try {
    appendFileSync(file, Buffer.alloc(size))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    return false
  }
}
