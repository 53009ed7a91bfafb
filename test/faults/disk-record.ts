/** Something that was done to a file below the folder that the shim watches. */
export interface DiskStep {
  kind: 'write' | 'truncate' | 'sync' | 'rename' | 'link' | 'unlink'
  /** Empty for the folder itself. */
  path: string
  /** Where it was written, or the length that is left. */
  offset: number
  data: Buffer
  /** Bytes of the record up to and including this step. */
  end: number
}

const KINDS: Record<string, DiskStep['kind']> = {
  W: 'write',
  T: 'truncate',
  S: 'sync',
  R: 'rename',
  L: 'link',
  U: 'unlink',
}

/** Reads what disk-shim.c has written down. */
export function readDiskRecord(record: Buffer): DiskStep[] {
  const steps: DiskStep[] = []
  for (let at = 0; at < record.length; ) {
    const kind = KINDS[String.fromCharCode(record[at] as number)]
    if (!kind) throw new Error(`the record has no step at ${at}`)
    const pathEnd = at + 3 + record.readUInt16LE(at + 1)
    const dataEnd = pathEnd + 12 + record.readUInt32LE(pathEnd + 8)
    steps.push({
      kind,
      path: record.toString('utf8', at + 3, pathEnd),
      offset: Number(record.readBigUInt64LE(pathEnd)),
      data: record.subarray(pathEnd + 12, dataEnd),
      end: dataEnd,
    })
    at = dataEnd
  }
  return steps
}
