import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Every, everyInterval } from '../../gateway/every-interval.ts'

const INTERVAL_MS = 1000
/** Below this part of the ceiling it is over, so that it doesn't go to and fro. */
const BACK_AT = 0.9
/** Every so many looks, garbage is collected anew while there is too much. */
const COLLECT_EVERY = 5
/** After so many, what is free within the process counts. */
const PATIENCE = 10
/** By how much it may grow then before it is too much again. */
const MORE = 1.1

export interface Memory {
  /** Bytes of the process in RAM. */
  rss: number
  /** Bytes of it that are known to be in use. */
  used: number
}

export interface WatchMemoryOptions {
  /** Bytes in RAM. */
  ceiling: () => number
  /** From here on nothing new is to be taken on, and what can be spared is to go. */
  onTooMuch: (memory: Memory) => void
  /** New work is welcome again. */
  onBack: (memory: Memory) => void
  read?: () => Memory
  collect?: () => void
  every?: Every
}

/**
 * Tells when the process has too much in RAM, and when that is over. What its allocator keeps although nobody uses it
 * would not go by waiting: after some seconds it is taken for room, which new work will use first.
 */
export function watchMemory({
  ceiling,
  onTooMuch,
  onBack,
  read = readMemory,
  collect = collectGarbage,
  every = everyInterval,
}: WatchMemoryOptions): { stop: () => void } {
  /** How many looks it has been too much for; 0 while it isn't. */
  let looks = 0
  let raised = 0

  return every(INTERVAL_MS, () => {
    const most = ceiling()
    const memory = read()
    const isLow = memory.rss < most * BACK_AT
    if (isLow) raised = 0
    if (looks === 0) {
      if (memory.rss <= Math.max(most, raised)) return
      looks = 1
      onTooMuch(memory)
      collect()
      return
    }
    const isFree = looks >= PATIENCE && memory.used < most / 2
    if (isLow || isFree) {
      if (!isLow) raised = memory.rss * MORE
      looks = 0
      onBack(memory)
      return
    }
    looks++
    if (looks % COLLECT_EVERY === 0) {
      onTooMuch(memory)
      collect()
    }
  })
}

function readMemory(): Memory {
  const rss = process.memoryUsage.rss()
  const { heapUsed, external } = process.memoryUsage()
  return { rss, used: heapUsed + external }
}

/** V8 collects when something is allocated, and now nothing is. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
