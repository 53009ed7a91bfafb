import { z } from 'zod'
import type { CallUpstream } from '../http/call-upstream.ts'
import { GatewayError } from '../http/gateway-error.ts'
import { parseJson } from '../http/parse-json.ts'

/** Somebody's account, as Music Assistant describes it to whoever has its password. */
export interface SignedInAccount {
  /** Never used again, not even for a later account of the same name. */
  userId: string
  /** As it is spelled there. */
  name: string
  displayName: string
  role: string
}

/** What Music Assistant says to a name and a password. */
export type AccountAnswer =
  /** @property session its short-lived token, which slides for 30 days and is a secret. */
  | { kind: 'signed-in'; account: SignedInAccount; session: string }
  | { kind: 'wrong' }
  /** There were too many wrong ones: it looked at none of this, and won't for so many seconds. */
  | { kind: 'throttled'; seconds: number }
  /** The password is right, but these can hold no token that lasts. */
  | { kind: 'guest' }
  /** The password is right, but the account is switched off, or is none of a person. */
  | { kind: 'disabled' }
  /** Nothing is known of the password. @property detail what happened; for the log. */
  | { kind: 'unreachable'; detail: string }

/** How people prove to Music Assistant who they are. Neither throws, and neither keeps the password. */
export interface AccountSource {
  signIn: (name: string, password: string) => Promise<AccountAnswer>
  /** Ends a session there, as far as that can be done now: left alone it ends by itself after 30 days. */
  signOut: (session: string) => Promise<void>
}

/** Of an answer; preferences are in it, which people fill with what they like. Bytes. */
const ANSWER_LIMIT = 1024 * 1024

/** Roles that nobody links an account of: guests can hold no token, and services are no people. */
const REFUSED = new Map<string, 'guest' | 'disabled'>([
  ['guest', 'guest'],
  ['service', 'disabled'],
])

const oneLine = (limit: number) => z.string().regex(new RegExp(`^\\P{C}{1,${limit}}$`, 'u'))

const SUCCESS = z.object({
  success: z.literal(true),
  // It becomes the value of a header.
  token: z.string().regex(/^[\x21-\x7e]{1,8192}$/),
  user: z.object({
    user_id: z.string().regex(/^[\w.-]{1,128}$/),
    username: oneLine(128),
    role: oneLine(64),
    enabled: z.boolean().optional(),
    display_name: z.string().nullish(),
  }),
})

const FAILURE = z.object({ success: z.literal(false), error: z.string() })

/**
 * Signs in with accounts of Music Assistant.
 * @param deviceName how people find the gateway in the list of their sessions there.
 */
export function musicAssistantAccounts(call: CallUpstream, deviceName: string): AccountSource {
  async function signIn(username: string, password: string): Promise<AccountAnswer> {
    const body = JSON.stringify({ credentials: { username, password }, device_name: deviceName })
    try {
      const answer = await call({
        method: 'POST',
        path: '/auth/login',
        headers: ['Content-Type', 'application/json'],
        body,
        limit: ANSWER_LIMIT,
      })
      const value = parseJson(answer.body)
      const { data } = SUCCESS.safeParse(value)
      if (answer.status !== 200 || !data) return readRefusal(answer.status, value)
      const { token: session, user } = data
      const refused = user.enabled === false ? 'disabled' : REFUSED.get(user.role)
      if (refused === undefined) return { kind: 'signed-in', account: accountOf(user), session }
      await signOut(session)
      return { kind: refused }
    } catch (error) {
      if (error instanceof GatewayError) return { kind: 'unreachable', detail: error.detail }
      throw error
    }
  }

  async function signOut(session: string): Promise<void> {
    try {
      await call({ method: 'POST', path: '/auth/logout', headers: ['Authorization', `Bearer ${session}`] })
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
    }
  }

  return { signIn, signOut }
}

function accountOf({ user_id: userId, username: name, role, display_name }: z.infer<typeof SUCCESS>['user']) {
  return { userId, name, displayName: cleanName(display_name) ?? name, role }
}

/** A 401 in Music Assistant's own form is a verdict on the password, whatever its words; nothing else is one. */
function readRefusal(status: number, value: unknown): AccountAnswer {
  const { data: failure } = FAILURE.safeParse(value)
  if (status === 401 && failure) return readFailure(failure.error)
  const reason = failure && cleanName(failure.error)
  const detail = `Music Assistant answered a sign-in with ${status}`
  return { kind: 'unreachable', detail: reason === undefined ? detail : `${detail}: ${reason}` }
}

function readFailure(error: string): AccountAnswer {
  const seconds = /^Too many failed attempts\b.*?\b(\d{1,6}) seconds?\b/.exec(error)?.[1]
  if (seconds !== undefined) return { kind: 'throttled', seconds: Math.max(1, Number(seconds)) }
  if (error === 'User account is disabled') return { kind: 'disabled' }
  if (error === 'Invalid provider') return { kind: 'unreachable', detail: 'Music Assistant takes no passwords itself' }
  return { kind: 'wrong' }
}

/** What people call themselves there, as it may stand in a header and on a page; undefined where nothing is left of it. */
function cleanName(name: string | null | undefined): string | undefined {
  const line = name?.replace(/\p{C}+/gu, ' ').trim()
  return line ? Array.from(line).slice(0, 100).join('').trim() : undefined
}
