import type { Config } from '../../../config/schema.ts'
import { askServer } from '../../music-assistant/ask-server.ts'
import { StartError } from '../../start-error.ts'
import { askUpstream, musicAssistants } from './ask-upstream.ts'
import { examinationOf } from './examination-of.ts'
import { attention, good, type Seen, unseen } from './seen.ts'

/** What each Music Assistant puts before the addresses of pictures that it hands out: does that lead to itself? */
export const baseUrl = examinationOf(
  { id: 'base-url', title: 'Base URL of Music Assistant', isLocal: true },
  async ({ config }) => {
    const names = musicAssistants(config)
    if (names.length === 0) return [good('No upstream is of kind: music-assistant.')]
    try {
      return await Promise.all(names.map((name) => lookAt(config, name)))
    } catch (error) {
      if (error instanceof StartError) return [unseen(error.message)]
      throw error
    }
  },
)

async function lookAt(config: Config, name: string): Promise<Seen> {
  const { url = '' } = config.upstreams[name] ?? {}
  const facts = await askUpstream(config, name, (call) => askServer(call, { name, url }))
  if (typeof facts === 'string') return unseen(`${name} does not say what it is.`)
  const { baseUrl: written, id } = facts
  if (!written) return good(`${name} names none.`)
  const origin = originOf(written)
  if (origin === undefined) return elsewhere(name, url, `The base URL of ${name} is none: ${written}.`)
  if (origin === url || origin === config.public_url) return good(`The base URL of ${name} is ${written}.`)
  const there = await askUpstream(config, name, (call) => askServer(call, { name, url: origin }), origin)
  if (typeof there !== 'string' && there.id === id) return good(`The base URL of ${name}, ${written}, leads to it.`)
  const why = typeof there === 'string' ? 'nobody answers there who is a Music Assistant' : 'there is another one there'
  return elsewhere(name, url, `The base URL of ${name} is ${written}, and from here ${why}.`)
}

function elsewhere(name: string, url: string, found: string): Seen {
  return attention(found, {
    needs: 'addresses of pictures and streams that lead somewhere.',
    remedy: `in the settings of ${name}, Core, Web server: set the base URL to how this machine and the players reach it, such as ${url}`,
  })
}

function originOf(text: string): string | undefined {
  const url = URL.parse(text)
  return url && /^https?:$/.test(url.protocol) ? url.origin : undefined
}
