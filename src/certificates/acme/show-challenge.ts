import { type ChallengeType, OrderError, type OrderWays } from './order.ts'

export interface ShownChallenge {
  /** Without the `*.` of a wildcard. */
  name: string
  token: string
  /** The key authorization, or, for the DNS, its hash (RFC 8555 section 8.4). */
  value: string
}

/** Puts up what a CA looks for. @returns takes it away again; never rejects. @throws OrderError */
export async function showChallenge(
  ways: OrderWays,
  type: ChallengeType,
  { name, token, value }: ShownChallenge,
): Promise<() => Promise<void>> {
  const { tell } = ways
  switch (type) {
    case 'http-01':
      if (!ways.putHttp) throw nobodyShows(type)
      await show(() => ways.putHttp?.(token, value))
      return takeAway(() => ways.removeHttp?.(token), tell)
    case 'tls-alpn-01':
      if (!ways.putAlpn) throw nobodyShows(type)
      await show(() => ways.putAlpn?.(name, value))
      return takeAway(() => ways.removeAlpn?.(name), tell)
    case 'dns-01': {
      const { dns } = ways
      if (!dns) throw nobodyShows(type)
      const record = `_acme-challenge.${name}`
      tell(`Setting the record ${record}, and waiting until it is seen.`)
      const remove = takeAway(() => dns.remove(record, value), tell)
      try {
        await show(() => dns.set(record, value))
      } catch (error) {
        // It may be there all the same.
        await remove()
        throw error
      }
      return remove
    }
  }
}

function nobodyShows(type: ChallengeType): OrderError {
  return new OrderError(`Nobody is there to show ${type}: choose another "tls.challenge".`)
}

async function show(put: () => Promise<void> | undefined): Promise<void> {
  try {
    await put()
  } catch (error) {
    throw new OrderError((error as Error).message, {}, error)
  }
}

/** What stays behind harms nobody. */
function takeAway(remove: () => Promise<void> | undefined, tell: (sentence: string) => void): () => Promise<void> {
  return async () => {
    try {
      await remove()
    } catch (error) {
      tell(`What the CA was shown could not be taken away: ${(error as Error).message}`)
    }
  }
}
