import { type Answer, jsonAnswer } from '../http/answer.ts'

export type Health = 'starting' | 'ok' | 'degraded' | 'overloaded' | 'stopping'

const MESSAGES: Record<Health, string> = {
  starting: 'Skillgate is starting',
  ok: 'Skillgate is running',
  degraded: 'Skillgate cannot use its database; its log says why',
  overloaded: 'Skillgate is short of memory and takes nothing new for some seconds',
  stopping: 'Skillgate is stopping',
}

/**
 * The answer of `/health`: for anybody, and without looking anything up. What works for now, but not for long, is `degraded`
 * with 200: whatever restarts a gateway that is not well would do so in vain.
 * @param concern what will not go on working, in words.
 */
export function healthAnswer(health: Health, endpoints: string[], concern?: string): Answer {
  const message = MESSAGES[health]
  if (health !== 'ok') return jsonAnswer(503, { status: 'error', message, endpoints: [] })
  return concern === undefined
    ? jsonAnswer(200, { status: 'ok', message, endpoints })
    : jsonAnswer(200, { status: 'degraded', message: concern, endpoints })
}
