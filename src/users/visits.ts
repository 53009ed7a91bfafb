import { createHmac } from 'node:crypto'
import type { Environment } from '../config/environment.ts'
import { readOwnCookie } from '../http/own-cookie.ts'
import { hashSecret, isSecret, newSecret, sameSecret } from '../secrets/secret.ts'
import type { Store } from '../store/store.ts'
import type { FoundSession, Sessions } from './sessions.ts'

/** Only this host can set them, and only over TLS. */
const VISIT = '__Host-skillgate-visit'
const STATE = '__Host-skillgate-state'
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'
/** Long enough to sign in meanwhile. Seconds. */
const STATE_LIFETIME = 1800
/** From one redirect to the next. */
const TICKET_LIFETIME_MS = 60_000

/** The id of a session, and what proves that this host was given it. */
const FORM = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/

/**
 * Sessions at the other hosts of the gateway's. A session's cookie is for the host of the sign-in page alone; any other
 * host gets one of its own, which is good there only, and only while the session lasts.
 */
export interface Visits {
  /** @param host without its port. */
  find: (cookies: string | undefined, host: string) => Promise<FoundSession | undefined>
  /** Before a browser is sent to sign in: by this state, of which it keeps the secret, it is known when it comes back. */
  begin: (cookies: string | undefined) => { state: string; cookie: string }
  /** @returns a ticket that is good once, for a minute, in the browser that the state is of. */
  giveTicket: (session: Pick<FoundSession, 'id'>, returnTo: URL, state: string) => Promise<string>
  /** @returns undefined where the ticket is not good, or not here. */
  arrive: (ticket: string, cookies: string | undefined, host: string) => Promise<Arrival | undefined>
}

export interface Arrival {
  returnTo: string
  /** `Set-Cookie` headers. */
  cookies: string[]
}

export interface VisitTools {
  store: Pick<Store, 'put' | 'take'>
  environment: Environment
  sessions: Pick<Sessions, 'use' | 'read'>
  /** Of 32 bytes each, the newest first. */
  keys: [Buffer, ...Buffer[]]
}

export function openVisits({ store, environment, sessions, keys }: VisitTools): Visits {
  const prove = (key: Buffer, session: string, host: string) =>
    createHmac('sha256', key).update(`visit\n${session}\n${host}`).digest('base64url')

  return {
    async find(cookies, host) {
      const [, id, proof] = FORM.exec(readOwnCookie(cookies, VISIT) ?? '') ?? []
      if (id === undefined || proof === undefined) return undefined
      if (!keys.some((key) => sameSecret(proof, prove(key, id, host)))) return undefined
      return sessions.use(id)
    },

    begin(cookies) {
      // Several pages of one browser may be on their way at once.
      const secret = readState(cookies) ?? newSecret(environment)
      return { state: hashSecret(secret), cookie: `${STATE}=${secret}; ${ATTRIBUTES}; Max-Age=${STATE_LIFETIME}` }
    },

    async giveTicket({ id }, returnTo, state) {
      const ticket = newSecret(environment)
      const record = { session: id, returnTo: returnTo.href, state }
      await store.put('ticket', hashSecret(ticket), record, environment.now() + TICKET_LIFETIME_MS)
      return ticket
    },

    async arrive(ticket, cookies, host) {
      const secret = readState(cookies)
      if (!isSecret(ticket) || secret === undefined) return undefined
      const record = await store.take('ticket', hashSecret(ticket))
      if (!record || !sameSecret(hashSecret(secret), record.state)) return undefined
      if (new URL(record.returnTo).hostname !== host) return undefined
      const session = await sessions.read(record.session)
      if (!session) return undefined
      const visit = `${VISIT}=${session.id}.${prove(keys[0], session.id, host)}; ${ATTRIBUTES}`
      return { returnTo: record.returnTo, cookies: [visit, `${STATE}=; ${ATTRIBUTES}; Max-Age=0`] }
    },
  }
}

function readState(cookies: string | undefined): string | undefined {
  const value = readOwnCookie(cookies, STATE)
  return value !== undefined && isSecret(value) ? value : undefined
}
