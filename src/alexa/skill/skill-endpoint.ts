import { StorageError } from '../../files/storage-error.ts'
import { type Answer, type Endpoint, jsonAnswer } from '../../http/answer.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import type { Identity } from '../../http/identity.ts'
import { type Answered, answerSkillRequest, type SkillTools, troubleAnswer } from './answer-skill-request.ts'
import type { CallMusicAssistant } from './call-music-assistant.ts'
import { readSkillRequest } from './skill-request.ts'
import { Trouble } from './trouble.ts'
import { skillWords } from './words/words-for.ts'

/** Alexa waits for 8 s, and says then that the skill doesn't work. */
const ANSWER_TIMEOUT_MS = 6000

export interface SkillEndpointTools extends Pick<SkillTools, 'echoes' | 'players'> {
  /** @param identity of whoever is speaking. @param timeoutMs for all that is called in this one's name. */
  callsFor: (identity: Identity | undefined, timeoutMs: number) => CallMusicAssistant
  /** Milliseconds; what is said after that is said without Music Assistant's answer. */
  timeoutMs?: number
}

/** What the built-in skill answers to what Alexa has signed. Whatever goes wrong is said in words, with status 200. */
export function skillEndpoint({ callsFor, timeoutMs = ANSWER_TIMEOUT_MS, ...tools }: SkillEndpointTools): Endpoint {
  return async function handleSkillRequest({ identity, readBody }) {
    const request = readSkillRequest(parse(await readBody()))
    if (!request) throw new GatewayError('skill_request_refused', 'it is no request to a custom skill')
    const words = skillWords(request.language)
    const told = (trouble: Trouble): Answered => ({ answer: troubleAnswer(trouble, words), trouble })
    const callMusicAssistant = callsFor(identity, timeoutMs)
    const answering = answerSkillRequest(request, { ...tools, identity, callMusicAssistant }).catch((error) => {
      if (error instanceof StorageError) return told(new Trouble('no-memory', '', error.message))
      throw error
    })
    const late = told(new Trouble('slow', '', `not answered within ${timeoutMs} ms`))
    return httpAnswer(await withinTime(answering, late, timeoutMs))
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function httpAnswer({ answer, trouble }: Answered): Answer {
  const answered = jsonAnswer(200, answer)
  if (!trouble) return answered
  return { ...answered, detail: `${trouble.reason.replaceAll('-', '_')}: ${trouble.detail || trouble.about}` }
}

async function withinTime<T>(answering: Promise<T>, late: T, timeoutMs: number): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>()
  const timer = setTimeout(() => resolve(late), timeoutMs)
  try {
    return await Promise.race([answering, promise])
  } finally {
    clearTimeout(timer)
  }
}
