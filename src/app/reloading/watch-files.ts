import { type FSWatcher, watch as nodeWatch, type WatchListener } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { openTurns } from '../../limits/in-turn.ts'
import { type Fingerprint, fingerprintOf, outsideOf } from './fingerprint.ts'
import { watchedPlaces } from './watched-places.ts'

export interface FileWatcher {
  /** Fulfilled once the first files are watched: a change from then on is noticed. Never rejected. */
  ready: Promise<void>
  /**
   * Watches these files in place of the former. A file that was among them is compared with what was last known of it,
   * so call this before reading what is new: then no change falls in between. Never rejected.
   */
  set: (files: string[]) => Promise<void>
  close: () => void
}

export interface WatchOptions {
  /** For how long nothing must have happened to the files before they are looked at. */
  settleMs?: number
  /** How often to look without being told, as on network file systems, which tell nothing. */
  pollMs?: number
  watch?: (folder: string, listener: WatchListener<string>) => FSWatcher
  /** @returns how to stop the timer. */
  startTimer?: (run: () => void, ms: number) => () => void
}

interface WatchedFolder {
  watcher: FSWatcher
  /** Which folder it was: another may have come in its place. */
  identity: string
  names: Set<string>
}

/**
 * Calls back when the content of a file has changed, however that came about: written in place, replaced by a rename,
 * behind a symlink that was turned, deleted and made anew. The folders are watched, not the files, for a file that is
 * replaced takes its watcher along. A file that isn't there, or not yet, can be watched like any other.
 * Neither throws nor keeps the process alive.
 * @param files absolute paths.
 */
export function watchFiles(files: string[], onChange: () => void, options: WatchOptions = {}): FileWatcher {
  const { settleMs = 100, pollMs = 5_000, watch = watchFolder, startTimer = startUnrefTimer } = options
  const known = new Map<string, Fingerprint>()
  const folders = new Map<string, WatchedFolder>()
  let closed = false
  let stopSettling: (() => void) | undefined
  let stopPolling: () => void = () => {}
  const turns = openTurns()

  /** One after the other, so that each finds what the one before has left. */
  function inTurn(job: () => Promise<void>): Promise<void> {
    return turns(async () => (closed ? undefined : job()))
  }

  function notice(): void {
    if (closed) return
    stopSettling?.()
    stopSettling = startTimer(() => {
      stopSettling = undefined
      void inTurn(look)
    }, settleMs)
  }

  async function look(): Promise<void> {
    await watchAll(known.keys())
    let changed = false
    for (const [file, before] of known) {
      const now = await fingerprintOf(file)
      known.set(file, now)
      changed ||= now.inside !== before.inside
    }
    if (changed && !closed) onChange()
  }

  async function poll(): Promise<void> {
    await watchAll(known.keys())
    for (const [file, before] of known) {
      const { outside } = await outsideOf(file)
      // What is being written right now should come to rest first.
      if (outside !== before.outside && !stopSettling) notice()
    }
    pollLater()
  }

  function pollLater(): void {
    if (!closed) stopPolling = startTimer(() => void inTurn(poll), pollMs)
  }

  async function replace(next: string[]): Promise<void> {
    // Watched first, looked at then: a change in between is seen twice, not missed.
    await watchAll(next)
    for (const file of known.keys()) if (!next.includes(file)) known.delete(file)
    for (const file of next) if (!known.has(file)) known.set(file, await fingerprintOf(file))
  }

  /** Again where a folder was new, for the way to the files may have changed before it was watched. */
  async function watchAll(wanted: Iterable<string>): Promise<void> {
    const paths = [...wanted]
    for (let round = 0; round < 3 && !closed; round++) if (!(await watchPlacesOf(paths))) return
  }

  /** @returns whether there was a folder that was not watched before. */
  async function watchPlacesOf(paths: string[]): Promise<boolean> {
    const places = (await Promise.all(paths.map(watchedPlaces))).flat()
    const wanted = Map.groupBy(places, ({ folder }) => folder)
    for (const folder of folders.keys()) if (!wanted.has(folder)) forget(folder)
    let opened = false
    for (const [folder, inIt] of wanted) {
      const names = new Set(inIt.map(({ name }) => name))
      const identity = await identityOf(folder)
      const watched = folders.get(folder)
      if (watched?.identity === identity) watched.names = names
      else opened = open(folder, identity, names) || opened
    }
    return opened
  }

  function open(folder: string, identity: string, names: Set<string>): boolean {
    forget(folder)
    if (closed) return false
    try {
      const watcher = watch(folder, (_, name) => {
        // An event of the folder itself: it was moved or deleted, and its watcher may be deaf from now on.
        if (name === basename(folder)) forget(folder, watcher)
        else if (name !== null && !folders.get(folder)?.names.has(name)) return
        notice()
      })
      watcher.on('error', () => forget(folder, watcher))
      folders.set(folder, { watcher, identity, names })
      return true
    } catch {
      // No more watchers to be had (ENOSPC, EMFILE), or the folder is gone: left to the polling, which also tries again.
      return false
    }
  }

  function forget(folder: string, only = folders.get(folder)?.watcher): void {
    const watched = folders.get(folder)
    if (!watched || watched.watcher !== only) return
    folders.delete(folder)
    watched.watcher.close()
  }

  const ready = inTurn(() => replace(files))
  pollLater()
  return {
    ready,
    set: (next) => inTurn(() => replace(next)),
    close: () => {
      closed = true
      stopSettling?.()
      stopPolling()
      for (const folder of folders.keys()) forget(folder)
    },
  }
}

async function identityOf(folder: string): Promise<string> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true })
    return `${dev} ${ino}`
  } catch {
    return 'gone'
  }
}

function watchFolder(folder: string, listener: WatchListener<string>): FSWatcher {
  return nodeWatch(folder, { persistent: false }, listener)
}

function startUnrefTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms).unref()
  return () => clearTimeout(timer)
}
