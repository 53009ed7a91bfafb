// Plain JavaScript that Node 16 can read too, like skillgate.js. Figures: bench/README.md, docs/decisions/.
import { existsSync, readdirSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import v8 from 'node:v8'

/** Milliseconds after which all that a start loads is loaded. */
const STARTED_MS = 5000

/**
 * What a gateway's memory is mostly made of under load, besides Node itself: garbage that V8 lets lie until 32 MB of it
 * have come together, twice over. With 4 MB the processor time is the same.
 */
const YOUNG_SPACE = '--max-semi-space-size=4'

/** glibc: give freed memory back (hashing a password takes much), and have one heap, or two, instead of eight. */
const ALLOCATOR = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(1024 * 1024),
}

/**
 * Lets the old space grow by 30 % before it is cleared, not by a multiple. V8 looks at this each time, so it can be set
 * late; but what is kept of the sources goes by the flags, so this comes before `keepStripped`, whatever the command.
 */
export function growSlowly() {
  v8.setFlagsFromString('--heap-growing-percent=30')
  // A gateway is started with this one, and should find what was kept without it.
  v8.setFlagsFromString('--disallow-code-generation-from-strings')
}

/**
 * Starts over as the same process, with flags that count only from the very start: V8 sizes the young space before any
 * JavaScript runs, and nobody can be kept from what they did before. What the person set stays. Comes back where that
 * can't be done.
 * @param {NodeJS.Process} self
 * @param {string[]} flags besides
 */
export function startOver(self, flags) {
  const { execPath, execArgv, argv, env } = self
  // Not on Windows. And a channel to the process that forked this one would be lost.
  if (!self.execve || self.channel || self.permission || !existsSync(execPath)) return
  const said = `${execArgv.join(' ')} ${env.NODE_OPTIONS || ''}`.replace(/_/g, '-')
  const young = said.includes('--max-semi-space-size') ? [] : [YOUNG_SPACE]
  self.execve(execPath, [execPath, ...young, ...flags, ...execArgv, ...argv.slice(1)], { ...ALLOCATOR, ...env })
}

/**
 * Keeps the sources without their types beside what they import, so that a start doesn't have to load what strips them,
 * which stays in memory. Whoever can write there can change Skillgate itself. Where nobody may, every start strips again.
 * @param {URL} folder
 * @param {number} [startedMs]
 * @returns {boolean} whether nothing is kept there yet, but can be.
 */
export function keepStripped(folder, startedMs = STARTED_MS) {
  module.enableCompileCache(fileURLToPath(folder))
  // Otherwise this would be written at the end only, which a gateway may never come to. Once all is loaded, nothing has
  // to be written there any more, least of all by whoever has broken in.
  setTimeout(() => {
    module.flushCompileCache()
    if (process.permission?.drop) process.permission.drop('fs.write', fileURLToPath(folder))
  }, startedMs).unref()
  const kept = module.getCompileCacheDir()
  return kept !== undefined && readdirSync(kept).length === 0
}
