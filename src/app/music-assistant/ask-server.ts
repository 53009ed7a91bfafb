import type { CallUpstream } from '../../http/call-upstream.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import { isObject } from '../../http/is-object.ts'
import { parseJson } from '../../http/parse-json.ts'

/** For `/info`, which takes no time where there is a server. */
const TIMEOUT_MS = 3000

/** What a Music Assistant says of itself to anybody. */
export interface ServerFacts {
  id: string
  version: string
  /** Of its API. */
  schema: number
  /** What it puts before the addresses that it hands out. */
  baseUrl: string | undefined
  /** Whether it has been set up; before that it refuses everything else. */
  isSetUp: boolean
}

/** Asks what should be a Music Assistant what it is. @returns a sentence where it isn't there, with what to look at. */
export async function askServer(
  call: CallUpstream,
  { name, url }: { name: string; url: string },
): Promise<ServerFacts | string> {
  const look = `Is it running, and is upstreams.${name}.url its address?`
  try {
    const { status, body } = await call({ method: 'GET', path: '/info', timeoutMs: TIMEOUT_MS })
    const facts = status === 200 ? factsIn(body) : undefined
    return facts ?? `${name} at ${url} is no Music Assistant: /info says ${status}. ${look}`
  } catch (error) {
    if (error instanceof GatewayError) return `${error.detail}. ${look}`
    throw error
  }
}

function factsIn(body: Buffer): ServerFacts | undefined {
  const info = parseJson(body)
  if (!isObject(info) || typeof info.schema_version !== 'number') return undefined
  const { server_id: id, server_version: version, schema_version: schema, base_url: baseUrl, onboard_done } = info
  return {
    id: String(id),
    version: String(version),
    schema,
    baseUrl: typeof baseUrl === 'string' ? baseUrl : undefined,
    isSetUp: onboard_done !== false,
  }
}
