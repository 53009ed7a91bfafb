import type { ExecutionContext } from 'ava'
import type { FetchChain } from '../../src/alexa/signatures/fetch-chain.ts'
import { makeAmazon, SKILL, signedHeaders } from './alexa-signing.ts'
import { type ExactAnswer, exactRequest } from './exact-request.ts'
import { startTestHouse, type TestHouse } from './gateway.ts'
import { type LenientUpstream, startLenientUpstream } from './lenient-upstream.ts'

export const amazon = makeAmazon()

export interface SkillHouse extends TestHouse {
  upstream: LenientUpstream
  /** Sends what Amazon has signed. */
  send: (body: string | object, more?: Partial<Sending>) => Promise<ExactAnswer>
  /** How often Amazon was asked for its certificates. */
  fetches: () => number
}

export interface SkillHouseOptions {
  fetchChain?: FetchChain
  /** Of `/skill`. */
  scopes?: string[]
  /** Besides those two. */
  routes?: object[]
  /** Besides the one that notes. */
  upstreams?: object
  /** Of the configuration. */
  more?: object
}

interface Sending {
  path: string
  headers: Record<string, string>
}

/** A gateway with two skills before an upstream that notes all it gets: `/skill` needs an account, `/open-skill` doesn't. */
export async function startSkillHouse(
  t: ExecutionContext,
  {
    fetchChain = async () => amazon.chain,
    scopes = [],
    routes = [],
    upstreams = {},
    more = {},
  }: SkillHouseOptions = {},
): Promise<SkillHouse> {
  const upstream = await startLenientUpstream(t)
  let fetches = 0
  const route = { methods: ['POST'], upstream: 'music-assistant', auth: 'alexa-skill', skill_ids: [SKILL] }
  const house = await startTestHouse(
    t,
    (config) => {
      config.upstreams['music-assistant'].url = upstream.url
      Object.assign(config.upstreams, upstreams)
      const skills = [
        { path: '/skill', ...route, scopes },
        { path: '/open-skill', ...route, account: 'optional' },
      ]
      Object.assign(config, { routes: [...config.routes, ...skills, ...routes] }, more)
    },
    {
      amazon: {
        fetchChain: (url) => {
          fetches++
          return fetchChain(url)
        },
        roots: [amazon.root.pem],
      },
    },
  )
  return {
    ...house,
    upstream,
    fetches: () => fetches,
    send(request, { path = '/skill', headers = {} } = {}) {
      const body = typeof request === 'string' ? request : JSON.stringify(request)
      const [, , ...signed] = signedHeaders(body, amazon.signer)
      const pairs = {
        'Content-Type': 'application/json',
        [signed[0] as string]: signed[1] as string,
        [signed[2] as string]: signed[3] as string,
      }
      return exactRequest(house, { method: 'POST', path, headers: { ...pairs, ...headers }, body })
    },
  }
}
