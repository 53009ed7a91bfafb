import { type Answer, jsonAnswer } from '../http/answer.ts'

export type Health = 'starting' | 'ok' | 'degraded' | 'overloaded' | 'stopping'

const MESSAGES: Record<Health, string> = {
  starting: 'Skillgate is starting',
  ok: 'Skillgate is running',
  degraded: 'Skillgate cannot use its database; its log says why',
  overloaded: 'Skillgate is short of memory and takes nothing new for some seconds',
  stopping: 'Skillgate is stopping',
}

/** The answer of `/health`: for anybody, and without looking anything up. */
export function healthAnswer(health: Health, endpoints: string[]): Answer {
  const message = MESSAGES[health]
  return health === 'ok'
    ? jsonAnswer(200, { status: 'ok', message, endpoints })
    : jsonAnswer(503, { status: 'error', message, endpoints: [] })
}
