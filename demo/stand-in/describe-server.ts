import type { Schema } from './command.ts'

/** What `/info` shows, and what `/ws` says first. */
export function describeServer(serverId: string, url: string, schema: Schema): Record<string, unknown> {
  return {
    server_id: serverId,
    server_version: schema === 29 ? '2.8.0' : '2.10.0.dev0',
    schema_version: schema,
    min_supported_schema_version: 28,
    base_url: url,
    homeassistant_addon: false,
    onboard_done: true,
    name: 'Music Assistant (stand-in)',
    status: 'running',
  }
}
