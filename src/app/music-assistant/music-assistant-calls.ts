import type { CallMusicAssistant, MusicOutcome, MusicTrouble } from '../../alexa/skill/call-music-assistant.ts'
import { callsTo } from '../../gateway/upstreams/call-upstream.ts'
import { credentialsFor, refusalOf } from '../../gateway/upstreams/credentials.ts'
import type { Upstream } from '../../gateway/upstreams/upstream.ts'
import type { UpstreamAnswer } from '../../http/call-upstream.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import type { Identity } from '../../http/identity.ts'
import { parseJson } from '../../http/parse-json.ts'
import type { AllowCommand, Command, CommandRefusal } from '../../music-assistant/command.ts'

/** Bytes; a search that finds 25 of each kind, with all their pictures, has some hundred thousand. */
const ANSWER_LIMIT = 8 * 1024 * 1024

export interface MusicAssistantTools {
  upstream: Upstream
  /** Which commands pass, as for any client. */
  allow: AllowCommand
  /** Milliseconds. */
  monotonic: () => number
}

/** Calls of a house's own to Music Assistant in somebody's name: no more than a client of theirs could do. */
export function musicAssistantCalls({ upstream, allow, monotonic }: MusicAssistantTools) {
  const callUpstream = callsTo(upstream)
  /** @param timeoutMs for all calls of the one who gets it. */
  return function callsFor(identity: Identity | undefined, timeoutMs: number): CallMusicAssistant {
    const end = monotonic() + timeoutMs
    return async function callMusicAssistant(command) {
      if (!identity) return trouble('no-account', 'nobody is signed in')
      const refusal = allow(command, { identity })
      if (refusal) return refused(command, refusal)
      const left = end - monotonic()
      if (left < 1) return trouble('slow', `${command.command} was not called any more`)
      try {
        const credentials = await credentialsFor(upstream, identity)
        if (credentials === undefined)
          return trouble('no-account', `${upstream.name} knows nobody for ${identity.user.name}`)
        const answer = await callUpstream({
          method: 'POST',
          path: '/api',
          headers: ['Content-Type', 'application/json', 'Authorization', credentials],
          body: JSON.stringify(command),
          timeoutMs: left,
          limit: ANSWER_LIMIT,
        })
        if (answer.status === 401) throw refusalOf(upstream, identity, 401, credentials) as GatewayError
        return outcomeOf(command, answer)
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error
        return trouble(troubleOf(error), `${command.command}: ${error.note ?? error.code}`)
      }
    }
  }
}

/** What somebody could do about it themselves is told apart from what nobody can but wait for. */
function troubleOf({ code }: GatewayError): MusicTrouble {
  if (code === 'gateway_timeout') return 'slow'
  if (code === 'upstream_refused_person') return 'signed-out'
  return code === 'upstream_refused_gateway' ? 'gateway-signed-out' : 'down'
}

function refused({ command }: Command, { reason, scope, sentence }: CommandRefusal): MusicOutcome {
  const isMissing = reason === 'scope-missing'
  return { ...trouble(isMissing ? 'scope-missing' : 'not-permitted', `${command}: ${sentence}`), scope }
}

/** Music Assistant tells errors in plain text. */
function outcomeOf({ command }: Command, { status, body }: UpstreamAnswer): MusicOutcome {
  if (status === 200) {
    const value = parseJson(body)
    return value === undefined ? trouble('refused', `${command}: its answer is no JSON`) : { kind: 'result', value }
  }
  const detail = `${command}: it answered ${status}`
  if (status === 403) return trouble('not-permitted', detail)
  // 503 is "Setup required".
  return trouble(status < 500 || status === 500 ? 'refused' : 'down', detail)
}

function trouble(reason: MusicTrouble, detail: string): MusicOutcome & { kind: 'trouble' } {
  return { kind: 'trouble', reason, detail }
}
