import type { DiskStep } from './disk-record.ts'

type Random = (below: number) => number

/** A disk writes these whole. */
const SECTOR_BYTES = 512

interface File {
  /** What a sync has promised. */
  durable: Buffer
  /** What was done since, of which a power cut leaves whatever it likes. */
  pending: DiskStep[]
}

type Names = Map<string, File>

/**
 * A disk that keeps its promises and nothing else: of a file what was synced, of the folder what was there when it was
 * synced. The order of names is kept, as journals of file systems do; that of data isn't.
 */
export class SimulatedDisk {
  #names: Names = new Map()
  #durableNames: Names = new Map()
  #pendingNames: ((names: Names) => void)[] = []

  /** @param before the files that were there, all of them synced. */
  constructor(before: Map<string, Buffer> = new Map()) {
    for (const [path, durable] of before) this.#names.set(path, { durable, pending: [] })
    this.#syncFolder()
  }

  apply(step: DiskStep): void {
    const { kind, path, data } = step
    switch (kind) {
      case 'write':
      case 'truncate':
        this.#fileAt(path).pending.push(step)
        break
      case 'sync':
        if (path === '') this.#syncFolder()
        else this.#syncFile(this.#fileAt(path))
        break
      case 'rename':
        this.#rename(this.#fileAt(path), data.toString(), path)
        break
      case 'link':
        this.#rename(this.#fileAt(path), data.toString())
        break
      case 'unlink':
        this.#change((names) => names.delete(path))
    }
  }

  /** What is found after the power was cut now. */
  cut(random: Random): Map<string, Buffer> {
    const names = new Map(this.#durableNames)
    for (const change of this.#pendingNames.slice(0, random(this.#pendingNames.length + 1))) change(names)
    const found = new Map<string, Buffer>()
    for (const [path, { durable, pending }] of names) found.set(path, leftOf(durable, pending, random))
    return found
  }

  #fileAt(path: string): File {
    const there = this.#names.get(path)
    if (there) return there
    const file: File = { durable: Buffer.alloc(0), pending: [] }
    this.#rename(file, path)
    return file
  }

  #rename(file: File, to: string, from?: string): void {
    this.#change((names) => {
      if (from !== undefined) names.delete(from)
      names.set(to, file)
    })
  }

  #change(change: (names: Names) => void): void {
    change(this.#names)
    this.#pendingNames.push(change)
  }

  #syncFile(file: File): void {
    for (const step of file.pending) file.durable = done(file.durable, step)
    file.pending = []
  }

  #syncFolder(): void {
    this.#durableNames = new Map(this.#names)
    this.#pendingNames = []
  }
}

/** Nothing of what wasn't synced, all of it, what came first, or any of it; the last of that perhaps torn. */
function leftOf(durable: Buffer, pending: DiskStep[], random: Random): Buffer {
  const way = random(4)
  const count = random(pending.length + 1)
  const kept = pending.filter((_, i) => [false, true, i < count, random(2) === 0][way])
  let left = durable
  for (const [i, step] of kept.entries()) {
    left = done(left, i === kept.length - 1 && random(3) === 0 ? torn(step, random) : step)
  }
  return left
}

function torn(step: DiskStep, random: Random): DiskStep {
  const sectors = Math.ceil(step.data.length / SECTOR_BYTES)
  return { ...step, data: step.data.subarray(0, random(sectors + 1) * SECTOR_BYTES) }
}

function done(before: Buffer, { kind, offset, data }: DiskStep): Buffer {
  const size = kind === 'truncate' ? offset : Math.max(before.length, offset + data.length)
  // A hole reads as zeros.
  const after = Buffer.alloc(size)
  before.copy(after, 0, 0, Math.min(size, before.length))
  data.copy(after, offset)
  return after
}
