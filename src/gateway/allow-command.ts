import type { Answer } from '../http/answer.ts'
import type { GATEWAY_ERRORS } from '../http/gateway-error.ts'
import type { Identity } from '../http/identity.ts'
import type { Command, CommandPolicy, CommandRefusal } from '../music-assistant/command.ts'
import type { Allowed, Answered } from './access/access.ts'
import { insufficientScope } from './access/bearer.ts'
import type { Exchange } from './exchange.ts'
import type { Target } from './refuse-ambiguous.ts'
import type { UpstreamDestination } from './routes/destination.ts'
import { asUpstreamsRead } from './routes/match-route.ts'
import type { Site } from './site.ts'

/** Of a command: as much as Music Assistant itself takes. */
const COMMAND_LIMITS = { limit: 16 * 1024 * 1024, timeoutMs: 30_000 }

/** A request to Music Assistant that has been let in. */
export interface CommandRequest {
  destination: UpstreamDestination
  target: Target
  decision: Allowed
  site: Pick<Site, 'resources'>
}

/**
 * Whether a request to an upstream of `kind: music-assistant` may do there what it says. The body of a command has to be
 * read for that, and is forwarded as it is. One that may not pass is answered in Music Assistant's own form.
 * @throws GatewayError body_too_large, request_timeout, unsupported_body; ClientLeftError, StorageError
 */
export async function allowCommand(
  exchange: Exchange,
  policy: CommandPolicy,
  request: CommandRequest,
): Promise<Allowed | Answered> {
  const { destination, target, decision } = request
  if (exchange.method !== 'POST' || !/^\/api\/?$/.test(asUpstreamsRead(target.path))) return decision
  const { identity } = decision
  if (identity === undefined) return plain(401, 'Authentication required', { code: 'unauthorized' }, CHALLENGE)
  const body = decision.body ?? (await exchange.readBody(COMMAND_LIMITS))
  if (body.length === 0) return plain(400, 'Body required', { code: 'invalid_command' })
  const command = policy.read(body)
  if ('reason' in command) return answerRefused(command, '', exchange, request)
  if (policy.knows(command.command)) exchange.record.command = command.command
  const refusal = await refusalTo(command, policy, identity, destination)
  if (refusal) return answerRefused(refusal, command.command, exchange, request)
  return { ...decision, body }
}

/** Who somebody is there is looked up only where it may matter: hardly a command names the one who sends it. */
async function refusalTo(
  command: Command,
  { allow }: CommandPolicy,
  identity: Identity,
  { upstream }: UpstreamDestination,
): Promise<CommandRefusal | undefined> {
  const refusal = allow(command, { identity })
  if (refusal?.reason !== 'not-permitted') return refusal
  const account = await upstream.ownTokens?.accountOf(identity)
  return account ? allow(command, { identity, account }) : refusal
}

const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="Music Assistant"' }

function answerRefused(
  { reason, sentence, scope }: CommandRefusal,
  command: string,
  asked: Exchange,
  { decision: { token }, destination: { access }, site }: CommandRequest,
): Answered {
  switch (reason) {
    case 'unknown-command':
      return plain(400, `Invalid Command: ${command.slice(0, 100)}`, { code: 'unknown_command', detail: command })
    case 'invalid-data':
      return plain(400, sentence, { code: 'invalid_command', detail: sentence })
    case 'not-permitted':
      return plain(403, sentence, { code: 'command_refused', detail: `${command}: ${sentence}` })
    case 'scope-missing': {
      const note: Note = { code: 'insufficient_scope', detail: `${command} needs ${scope}` }
      if (token === undefined || access.kind !== 'bearer' || scope === undefined) return plain(403, sentence, note)
      return plain(403, sentence, note, { 'WWW-Authenticate': insufficientScope({ access, asked, site }, [scope]) })
    }
  }
}

/** For the log: which refusal it is, and what really happened. */
interface Note {
  code: keyof typeof GATEWAY_ERRORS | 'insufficient_scope'
  detail?: string
}

function plain(status: number, body: string, { code, detail = body }: Note, headers: Answer['headers'] = {}): Answered {
  const type = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' }
  const answer = {
    status,
    headers: { ...type, 'Cache-Control': 'no-store', ...headers },
    body,
    detail: `${code}: ${detail}`,
  }
  return { kind: 'answer', answer }
}
