import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes the folder of the data where it isn't there yet. Where root does that, it is made as whoever owns the folder that
 * it comes into, so that a `sudo npm start` leaves nothing behind that its owner can't use. Nothing is given away
 * afterwards: meanwhile its owner could have put a link to something of root's in its place.
 */
export function makeDataFolder(folder: string): void {
  if (existsSync(folder)) return
  const { uid, gid } = statSync(firstThere(folder))
  actingAs(uid, gid, () => mkdirSync(folder, { recursive: true, mode: 0o700 }))
}

function firstThere(path: string): string {
  return existsSync(path) ? path : firstThere(dirname(path))
}

function actingAs(uid: number, gid: number, run: () => void): void {
  const { seteuid, setegid } = process
  if (process.geteuid?.() !== 0 || !seteuid || !setegid) {
    run()
    return
  }
  setegid(gid)
  seteuid(uid)
  try {
    run()
  } finally {
    seteuid(0)
    setegid(0)
  }
}
