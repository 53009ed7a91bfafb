import type { Config } from '../../../config/schema.ts'
import { callsTo } from '../../../gateway/upstreams/call-upstream.ts'
import type { CallUpstream } from '../../../http/call-upstream.ts'
import { loadUpstreams } from '../../site/load-upstreams.ts'

/**
 * Opens the connections to one upstream for as long as somebody asks it something.
 * @param url where it is, if elsewhere than the configuration says.
 * @throws StartError where the CA that it is trusted by can't be read; what `ask` throws.
 */
export async function askUpstream<T>(
  config: Config,
  name: string,
  ask: (call: CallUpstream) => Promise<T>,
  url?: string,
): Promise<T> {
  const settings = config.upstreams[name]
  if (!settings) throw new Error(`no upstream ${name}`)
  // Its token is looked at apart: without one it still can be asked whether it is there.
  const upstreams = { [name]: { ...settings, url: url ?? settings.url, token: undefined } }
  const [upstream] = (await loadUpstreams({ ...config, upstreams })).values()
  if (!upstream) throw new Error(`no upstream ${name}`)
  try {
    return await ask(callsTo(upstream))
  } finally {
    await upstream.destroy()
  }
}

/** The names of those that are a Music Assistant. */
export function musicAssistants({ upstreams }: Pick<Config, 'upstreams'>): string[] {
  return Object.keys(upstreams).filter((name) => upstreams[name]?.kind === 'music-assistant')
}
