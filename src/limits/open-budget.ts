export interface BudgetOptions {
  /** What there is at first, and at the most. */
  limit: number
  /** Milliseconds in which one comes back. */
  everyMs: number
  /** Milliseconds of a clock that only counts on. */
  monotonic: () => number
}

/**
 * What may be spent on strangers, all of them together.
 * @returns spends one of it; false when there is none but what is to be kept for others.
 */
export function openBudget({ limit, everyMs, monotonic }: BudgetOptions): (kept?: number) => boolean {
  let left = limit
  let countedAt = monotonic()
  return function spend(kept = 0) {
    const grown = Math.floor((monotonic() - countedAt) / everyMs)
    left = Math.min(limit, left + grown)
    countedAt += grown * everyMs
    if (left <= kept) return false
    left--
    return true
  }
}
