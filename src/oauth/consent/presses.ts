import { createHmac } from 'node:crypto'
import type { Environment } from '../../config/environment.ts'
import type { Answer, EndpointRequest } from '../../http/answer.ts'
import { isWithin } from '../../store/clock-tolerance.ts'
import type { OwnForm } from '../checks/check-own-form.ts'
import { readCsrfSecret } from '../checks/csrf-token.ts'

/** For so long the very same press gets the same answer. */
const KEPT_MS = 30_000
/** So many answers are kept; the oldest one goes first. */
const KEPT_LIMIT = 100

/** A form that somebody has sent, after all checks of where it comes from. */
export interface Press extends Pick<EndpointRequest, 'headers'>, Pick<OwnForm, 'form'> {
  endpoint: string
}

/** What came of a press. */
export interface Pressed {
  answer: Answer
  /**
   * Where the very same press gets this answer again: at most for how long, in milliseconds, and what to do each time, which
   * may find that it isn't good any more.
   */
  again?: { forMs?: number; renew?: () => Promise<boolean> }
}

/** Answers a press: by what `act` comes to, or as before. */
export type PressOnce = (press: Press, act: () => Promise<Pressed>) => Promise<Answer>

/**
 * Whoever presses *Approve* twice, or again because nothing seems to happen, has approved once: there is one code, one
 * sign-in, and one use of a second factor. The same press is the same form, to the last byte, of the same browser; while
 * the first one is under way, the next one waits for it. What was refused isn't kept, nor is what isn't good any more: it is
 * tried again.
 */
export function openPresses({ now, randomBytes }: Pick<Environment, 'now' | 'randomBytes'>): PressOnce {
  const key = randomBytes(32)
  const kept = new Map<string, Required<Pick<Pressed, 'answer' | 'again'>> & { at: number }>()
  const underWay = new Map<string, Promise<void>>()

  const find = (id: string) => {
    const one = kept.get(id)
    return one && isWithin(Math.min(one.again.forMs ?? KEPT_MS, KEPT_MS) - 1, one.at, now()) ? one : undefined
  }
  const keep = (id: string, { answer, again }: Pressed) => {
    for (const old of kept.keys()) if (!find(old)) kept.delete(old)
    if (!again) return
    const one = { answer, again, at: now() }
    kept.set(id, one)
    // There are codes and cookies in it: none stays, also where nobody presses anything any more.
    setTimeout(() => kept.get(id) === one && kept.delete(id), KEPT_MS).unref()
    const [oldest] = kept.keys()
    if (kept.size > KEPT_LIMIT && oldest !== undefined) kept.delete(oldest)
  }

  return async function pressOnce({ endpoint, headers, form }, act) {
    const what = [endpoint, readCsrfSecret(headers.cookie) ?? '', form.text]
    const id = createHmac('sha256', key).update(what.join('\n')).digest('base64url')
    for (;;) {
      const earlier = find(id)
      if (earlier) {
        if ((await earlier.again.renew?.()) !== false) return earlier.answer
        if (kept.get(id) === earlier) kept.delete(id)
        continue
      }
      const first = underWay.get(id)
      if (!first) break
      await first
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    underWay.set(id, promise)
    try {
      const pressed = await act()
      keep(id, pressed)
      return pressed.answer
    } finally {
      underWay.delete(id)
      resolve()
    }
  }
}
