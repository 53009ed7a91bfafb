import { readFileSync } from 'node:fs'

/** A file of `/proc`, `/sys` or `/etc`. @returns undefined on a machine that has none, or doesn't show it. */
export function readSystemFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
