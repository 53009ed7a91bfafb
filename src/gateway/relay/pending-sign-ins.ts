import { addressBlock } from '../../net/address-block.ts'

/** WebSockets that were opened without a header and have not signed in: from one address or /64, and from everybody. */
const PER_ADDRESS_LIMIT = 16
const LIMIT = 256

interface Pending {
  block: string
  giveWay: () => void
}

/** Who has yet to sign in with its first message. Where there are too many the oldest goes, for whoever means well is quick. */
export interface PendingSignIns {
  /** @param giveWay called when others need the place. @returns gives it back, and may be called twice. */
  admit: (address: string, giveWay: () => void) => () => void
}

export function openPendingSignIns(): PendingSignIns {
  const all = new Set<Pending>()
  const byBlock = new Map<string, Set<Pending>>()

  function leave(one: Pending): void {
    all.delete(one)
    const others = byBlock.get(one.block)
    others?.delete(one)
    if (others?.size === 0) byBlock.delete(one.block)
  }

  function sendOldestAway(from: Set<Pending>, limit: number): void {
    const [oldest] = from
    if (from.size < limit || !oldest) return
    leave(oldest)
    oldest.giveWay()
  }

  return {
    admit(address, giveWay) {
      const one = { block: addressBlock(address), giveWay }
      sendOldestAway(byBlock.get(one.block) ?? new Set(), PER_ADDRESS_LIMIT)
      sendOldestAway(all, LIMIT)
      const others = byBlock.get(one.block) ?? new Set()
      byBlock.set(one.block, others.add(one))
      all.add(one)
      return () => leave(one)
    },
  }
}
