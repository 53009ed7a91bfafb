/** Whether another connection stands in the way: SQLITE_BUSY, also with its details in the higher bits. */
export function isLocked(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 5
}
