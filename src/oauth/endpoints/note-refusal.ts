import { hashSecret, isSecret } from '../../secrets/secret.ts'
import type { AuditEvent } from '../../telemetry/audit.ts'
import { DOCTORS_CLIENT } from '../../telemetry/doctors-client.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { OAuthError } from '../oauth-error.ts'
import type { NoteRefusal } from './answer-endpoint.ts'
import type { Known } from './known.ts'

/** Somebody was not shown the consent page, or what it sent was not taken. A denial has an event of its own. */
export const noteLinkRefused: NoteRefusal = ({ audit }, { address }, { client, attempt }, error) => {
  if (error instanceof OAuthError && error.code === 'access_denied') return
  audit({ event: 'link_refused', address, client, attempt, detail: noteOf(error) })
}

/** A token request got no tokens. A device that has to go on asking was not refused. */
export const noteTokenRefused: NoteRefusal = async (server, { address }, known, error) => {
  if (error instanceof OAuthError && STILL_WAITING.includes(error.code)) return
  const { grant } = known
  const client = known.client ?? doctorsClient(known)
  server.audit({
    event: 'token_refused',
    address,
    client,
    grant,
    ...(await aboutCode(server, known)),
    detail: noteOf(error),
  })
}

/** A client wanted to register itself, and its owner looks for why it didn't: what a 401 says is told as of any client. */
export const noteRegistrationRefused: NoteRefusal = ({ audit }, { address }, _, error) => {
  if (error instanceof OAuthError && error.status === 401) return
  const why = error instanceof OAuthError ? (error.detail ?? error.message) : error.message
  audit({ event: 'client_refused', address, detail: `not registered: ${why}` })
}

/** Anybody may call themselves so: the name says no more than that nobody was linking. */
function doctorsClient({ parameters }: Known): string | undefined {
  return parameters?.getAll('client_id').includes(DOCTORS_CLIENT) ? DOCTORS_CLIENT : undefined
}

const STILL_WAITING: string[] = ['authorization_pending', 'slow_down']

/** Whose code it is that was sent: without it, nobody could tell which attempt to link failed here. */
async function aboutCode(
  { store }: AuthorizationServer,
  { parameters, attempt }: Known,
): Promise<Pick<AuditEvent, 'attempt' | 'user'>> {
  const [code] = parameters?.getAll('code') ?? []
  if (attempt !== undefined || code === undefined || !isSecret(code)) return { attempt }
  const record = await store.get('code', hashSecret(code))
  return { attempt: record?.attempt, user: record?.userName }
}

function noteOf(error: Error): string {
  return error instanceof OAuthError ? error.note : error.message
}
