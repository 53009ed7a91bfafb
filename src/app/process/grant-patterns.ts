import { sep } from 'node:path'

/** Absolute paths: of files, which need not be there yet, and of folders with all that is in them. */
export interface GrantedPaths {
  files: string[]
  folders: string[]
}

/**
 * The same as `--allow-fs-read` and `--allow-fs-write` take it. Each path is said once: Node 24 keeps these in a tree of
 * prefixes, and forgets that a folder itself was granted, not only what is in it, once the tree branches within its name
 * (`data` and `data.log`) or was told of something in it before. Such a folder is granted with all that begins like it. The short ones go first, for it forgets
 * a file, too, whose path begins another one that it has.
 */
export function grantPatterns({ files, folders }: GrantedPaths): string[] {
  const whole = unique(folders).filter((folder) => !folders.some((other) => isIn(folder, other)))
  const single = unique(files).filter((file) => !whole.some((folder) => file === folder || isIn(file, folder)))
  const patterns = whole.map((folder) => {
    const branches = [...whole, ...single].some((other) => other !== folder && sharesName(folder, other))
    return branches ? `${folder}*` : `${folder}${sep}*`
  })
  const isCovered = (path: string, by: string[]) => by.some((one) => one !== path && path.startsWith(one.slice(0, -1)))
  return [
    ...patterns.filter((pattern) => !isCovered(pattern, patterns)),
    ...single.filter((file) => !isCovered(file, patterns)),
  ].sort((a, b) => a.length - b.length)
}

/** Whether they are the same up to the last letter of the folder's name, or further. */
function sharesName(folder: string, other: string): boolean {
  return folder.length > 2 && other.startsWith(folder.slice(0, -1))
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(`${folder}${sep}`)
}

function unique(paths: string[]): string[] {
  return [...new Set(paths)]
}
