import type { Config } from '../../../config/schema.ts'
import { GatewayError } from '../../../http/gateway-error.ts'
import { askServer, type ServerFacts } from '../../music-assistant/ask-server.ts'
import { StartError } from '../../start-error.ts'
import { askUpstream } from './ask-upstream.ts'
import { examinationOf } from './examination-of.ts'
import { attention, fault, good, type Seen } from './seen.ts'

/** What this version was written for, and tried with: 2.8 to 2.10. */
const KNOWN_SCHEMAS = { oldest: 28, newest: 77 }
/** For anything to be answered. */
const TIMEOUT_MS = 3000

const NEEDS = 'what people say to be answered within 8 s, which a server that is not there makes impossible.'

/** Upstreams: each is there, and a Music Assistant is one, of a version that is known. */
export const upstreams = examinationOf(
  { id: 'upstreams', title: 'Servers behind', isLocal: true },
  async ({ config }) => {
    // Where streams come from is looked at by itself.
    const names = Object.keys(config.upstreams).filter((name) => name !== config.audio?.upstream)
    return Promise.all(names.map((name) => lookAt(config, name)))
  },
)

async function lookAt(config: Config, name: string): Promise<Seen> {
  const { url = '', kind } = config.upstreams[name] ?? {}
  try {
    if (kind !== 'music-assistant') return await whetherThere(config, name)
    const facts = await askUpstream(config, name, (call) => askServer(call, { name, url }))
    return typeof facts === 'string' ? fault(facts, { needs: NEEDS }) : judge(name, url, facts)
  } catch (error) {
    if (error instanceof StartError) return fault(error.message, { needs: NEEDS })
    throw error
  }
}

/** Pure: whether a server is set up, and one that this version knows. */
export function judge(name: string, url: string, { version, schema, isSetUp }: ServerFacts): Seen {
  const what = `${name} at ${url} is Music Assistant ${version} (schema ${schema})`
  if (!isSetUp) return fault(`${what}, and is not set up yet.`, { needs: NEEDS, remedy: `open ${url} and set it up` })
  const { oldest, newest } = KNOWN_SCHEMAS
  const tried = `this version of Skillgate was tried with schemas ${oldest} to ${newest}`
  if (schema < oldest) return attention(`${what}: ${tried}.`, { remedy: 'update Music Assistant' })
  if (schema > newest) {
    return attention(`${what}: ${tried}. Commands that it does not know are refused.`, {
      remedy: 'look whether there is a newer Skillgate; the log says which commands are new:  npx skillgate log',
    })
  }
  return good(`${what}.`)
}

/** Of any other server it is not known what it should say. */
async function whetherThere(config: Config, name: string): Promise<Seen> {
  const { url = '' } = config.upstreams[name] ?? {}
  try {
    await askUpstream(config, name, (call) => call({ method: 'GET', path: '/', timeoutMs: TIMEOUT_MS }))
    return good(`${name} at ${url} answers.`)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return attention(`${error.detail}.`, {
      needs: 'whatever its routes are for; linking does without.',
      remedy: `is it running, and is upstreams.${name}.url its address?`,
    })
  }
}
