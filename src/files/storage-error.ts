/** A backend or the disk failed: nothing is known about what was asked. Callers answer 503, never "no such token". */
export class StorageError extends Error {
  override name = 'StorageError'
}
