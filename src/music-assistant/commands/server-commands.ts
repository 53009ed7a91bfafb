import type { CallUpstream, UpstreamAnswer } from '../../http/call-upstream.ts'

/** What a running server says that it is, and which commands it has. */
export interface ServerCommands {
  /** Of its API; when it changes, so may the commands. */
  schema: number
  /** Such as `2.9.13`. */
  version: string
  names: string[]
}

/** Milliseconds for each of the two answers. */
const TIMEOUT_MS = 5000

/**
 * The commands of a server, whose list needs no token.
 * @param known the schema that they are known of already.
 * @returns undefined where it is still that one.
 * @throws GatewayError where it doesn't answer; Error where that isn't what Music Assistant answers.
 */
export async function readServerCommands(
  call: CallUpstream,
  known: number | undefined,
): Promise<ServerCommands | undefined> {
  const info = readJson(await call({ method: 'GET', path: '/info', timeoutMs: TIMEOUT_MS }))
  const { schema_version: schema, server_version: version } = (info ?? {}) as Record<string, unknown>
  if (typeof schema !== 'number') throw new Error('/info names no schema_version')
  if (schema === known) return undefined
  const list = readJson(await call({ method: 'GET', path: '/api-docs/commands.json', timeoutMs: TIMEOUT_MS }))
  if (!Array.isArray(list)) throw new Error('/api-docs/commands.json is no list')
  const names = list.map((entry) => (entry as { command?: unknown } | null)?.command)
  return { schema, version: String(version), names: names.filter((name) => typeof name === 'string') }
}

function readJson({ status, body }: UpstreamAnswer): unknown {
  if (status !== 200) throw new Error(`it answered ${status}`)
  return JSON.parse(body.toString())
}
