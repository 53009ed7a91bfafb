import type { Answer } from '../../http/answer.ts'
import type { RedirectDestination, RespondDestination } from './destination.ts'

/** 308 keeps the method and the body. @see RFC 9110 section 15.4.9 */
export function redirectAnswer({ location }: RedirectDestination): Answer {
  return { status: 308, headers: { Location: location, 'Cache-Control': 'no-store' }, body: '' }
}

export function fixedAnswer({ status, body, contentType }: RespondDestination): Answer {
  const about: Answer['headers'] =
    body === '' ? {} : { 'Content-Type': contentType, 'X-Content-Type-Options': 'nosniff' }
  return { status, headers: about, body }
}
