import { callsTo } from '../../gateway/upstreams/call-upstream.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import { findOwner } from '../../music-assistant/tokens/token-calls.ts'
import type { Site } from '../open-site.ts'

/**
 * Asks each Music Assistant whose the gateway's own token is. One that doesn't answer within seconds is not waited for.
 * @returns a sentence for each of an administrator.
 */
export async function adminTokens({ upstreams }: Pick<Site, 'upstreams'>): Promise<string[]> {
  const warnings = await Promise.all(
    [...upstreams.values()].map(async (upstream) => {
      const { kind, name, token } = upstream
      if (kind !== 'music-assistant' || token === undefined) return []
      try {
        const owner = await findOwner(callsTo(upstream), token)
        return (owner && adminWarning(name, owner)) ?? []
      } catch (error) {
        if (error instanceof GatewayError) return []
        throw error
      }
    }),
  )
  return warnings.flat()
}

/** Everybody who has linked may act as the owner of the gateway's token there: an administrator's is worth a warning. */
export function adminWarning(upstream: string, owner: { name: string; role: string }): string | undefined {
  if (owner.role !== 'admin') return undefined
  return `upstreams.${upstream}.token is that of ${owner.name}, an administrator there: whoever has no account of their own acts with all of that. Make one of an ordinary user.`
}
