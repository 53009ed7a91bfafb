import type { ExecutionContext } from 'ava'
import type { MusicAssistantOptions } from '../../demo/stand-in-music-assistant.ts'
import { DAY_MS, makeAmazon, signedHeaders } from './alexa-signing.ts'
import { type ExactAnswer, exactRequest } from './exact-request.ts'
import { startTestHouse, type TestConfig, type TestHouse } from './gateway.ts'
import { envelope, type Said, SKILL_ID } from './skill.ts'

/** Tests let years pass. */
const LONG = { until: Date.now() + 30 * 365 * DAY_MS }
const amazon = makeAmazon(LONG, LONG)
/** For gateways that are to trust what these tests sign. */
export const AMAZON = { amazon: { fetchChain: async () => amazon.chain, roots: [amazon.root.pem] } }

const SKILL = { ids: [SKILL_ID], upstream: 'music-assistant', players: {} as Record<string, string> }

export interface EchoHouse extends TestHouse {
  /** What Music Assistant was told to do, in order. */
  commands: () => string[]
  /** Sends what Amazon has signed. */
  post: (body: string) => Promise<ExactAnswer>
  /** What somebody says, and what Alexa says. The session goes on where the skill asked something. */
  say: (said?: Said) => Promise<Heard>
}

export interface Heard {
  speech: string
  card?: string
  open: boolean
  status: number
}

/** A stand-in Music Assistant, the gateway with its skill before it, and an Echo. */
export async function startEchoHouse(
  t: ExecutionContext,
  change: (config: TestConfig & { alexa: { skill: typeof SKILL } }) => void = () => {},
  musicOptions: MusicAssistantOptions = {},
): Promise<EchoHouse> {
  const house = await startTestHouse(
    t,
    (config) => {
      Object.assign(config, { alexa: { skill: structuredClone(SKILL) } })
      Object.assign(config.upstreams['music-assistant'], { kind: 'music-assistant' })
      change(config as TestConfig & { alexa: { skill: typeof SKILL } })
    },
    AMAZON,
    musicOptions,
  )
  return withEcho(house)
}

/** The same beside another gateway, such as one that was started anew. */
export function withEcho(house: TestHouse): EchoHouse {
  let attributes: unknown = {}
  let number = 0
  function post(body: string): Promise<ExactAnswer> {
    const signed = signedHeaders(body, amazon.signer)
    const headers = Object.fromEntries(signed.flatMap((name, i) => (i % 2 === 0 ? [[name, signed[i + 1] ?? '']] : [])))
    return exactRequest(house, { method: 'POST', path: '/alexa/skill', headers, body })
  }
  const commands = () =>
    house.music.requests.filter(({ url }) => url === '/api').map(({ body }): string => JSON.parse(body).command)
  return {
    ...house,
    commands,
    post,
    async say(said = {}) {
      number++
      const sent = envelope({ attributes, now: house.now(), ...said })
      sent.request.requestId = `r.${number}`
      const { status, text } = await post(JSON.stringify(sent))
      const { response, sessionAttributes } = status === 200 ? JSON.parse(text) : { response: {} }
      attributes = response.shouldEndSession ? {} : (sessionAttributes ?? {})
      return {
        speech: response.outputSpeech?.text ?? '',
        card: response.card?.type,
        open: response.shouldEndSession === false,
        status,
      }
    },
  }
}
