import { callsTo } from '../../gateway/upstreams/call-upstream.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import type { Site } from '../open-site.ts'

/** For `/info`, which takes no time where there is a server. */
const TIMEOUT_MS = 3000

/** Asks each Music Assistant whether it is there. @returns a sentence for each that isn't, with what to look at. */
export async function unreachableServers({ upstreams }: Pick<Site, 'upstreams'>): Promise<string[]> {
  const servers = [...upstreams.values()].filter(({ kind }) => kind === 'music-assistant')
  const sentences = await Promise.all(
    servers.map(async (upstream) => {
      const look = `Is it running, and is upstreams.${upstream.name}.url its address?`
      try {
        const { status, body } = await callsTo(upstream)({ method: 'GET', path: '/info', timeoutMs: TIMEOUT_MS })
        if (status === 200 && body.includes('"schema_version"')) return []
        return [`${upstream.name} at ${upstream.url} is no Music Assistant: /info says ${status}. ${look}`]
      } catch (error) {
        if (error instanceof GatewayError) return [`${error.detail}. ${look}`]
        throw error
      }
    }),
  )
  return sentences.flat()
}
