import type { Closing, Conversation, Effect, Verdict } from '../gateway/relay/conversation.ts'
import type { Identity } from '../http/identity.ts'
import { isObject } from '../http/is-object.ts'
import { parseJson } from '../http/parse-json.ts'
import { type ClientMessage, MalformedMessage, readClientMessage } from './client-message.ts'
import type { AllowCommand, CommandCaller } from './command.ts'
import { codeOfRefusal, ERROR_CODES, errorAnswer, resultAnswer } from './error-answer.ts'
import { judgeCommand } from './judge-command.ts'
import { readServerInfo } from './server-info.ts'

type State =
  /** Nobody has signed in; nothing but `auth` counts. */
  | 'awaiting token'
  /** The gateway is asked about the token, and the upstream connected. */
  | 'deciding'
  /** The gateway signs in at the server. */
  | 'signing in'
  /** Commands go on, results and events come back. */
  | 'open'
  /** Open, but the client signs in once more. */
  | 'confirming'
  | 'over'

const BUSY = new Set<State>(['deciding', 'signing in', 'confirming'])

/** Wrong tokens, and whatever else is no sign-in; whoever means well has one. */
const TRIES_LIMIT = 5
/** Of the gateway's own sign-in. No answer to it reaches the client under this id. */
const SIGN_IN_ID = 'skillgate'

/**
 * A client of `/ws`: its access token is swapped for the person's own at the server, and then each of its commands is judged.
 * @param greeting what the client has been told of the server already; it then has to sign in itself.
 */
export function beginConversation(allowCommand: AllowCommand, greeting?: string): Conversation {
  let state: State = greeting === undefined ? 'signing in' : 'awaiting token'
  let schema = greeting === undefined ? undefined : readServerInfo(greeting)?.schema
  let tries = 0
  /** The id of the client's `auth` that is still to be answered. */
  let waiting: ClientMessage['message_id'] | undefined
  let server: { caller: CommandCaller; token: string; introduced: boolean } | undefined
  /** What the server said to the sign-in, which is also said to the client. */
  let welcome: unknown

  function fromClient(text: string): Effect[] {
    let message: ClientMessage
    try {
      message = readClientMessage(text)
    } catch (error) {
      if (error instanceof MalformedMessage) return [{ kind: 'close', why: 'malformed', detail: error.message }]
      throw error
    }
    if (state !== 'awaiting token' && state !== 'open') return []
    if (message.command === 'auth') return signIn(message)
    if (state === 'awaiting token')
      return failTry(errorAnswer(message.message_id, ERROR_CODES.authenticationRequired, 'Authentication required'))
    return pass(message)
  }

  function signIn({ message_id, args }: ClientMessage): Effect[] {
    const token = args.token || args.access_token
    if (typeof token !== 'string')
      return failTry(errorAnswer(message_id, ERROR_CODES.authenticationRequired, 'token required in args'))
    waiting = message_id
    state = state === 'open' ? 'confirming' : 'deciding'
    return [{ kind: 'decide', token }]
  }

  function pass(message: ClientMessage): Effect[] {
    const judged = judgeCommand(allowCommand, message, (server as NonNullable<typeof server>).caller)
    if (judged.kind === 'passes') return [{ kind: 'tell', whom: 'upstream', message: judged.text }]
    const { reason, sentence } = judged.refusal
    return [tellClient(errorAnswer(message.message_id, codeOfRefusal(reason, schema ?? 0), sentence))]
  }

  function failTry(answer: string): Effect[] {
    tries++
    return tries < TRIES_LIMIT ? [tellClient(answer)] : [tellClient(answer), { kind: 'close', why: 'too many tries' }]
  }

  function decided(verdict: Verdict): Effect[] {
    const id = takeWaiting()
    state = state === 'confirming' ? 'open' : 'awaiting token'
    if (verdict.kind === 'allowed') {
      // The same person by another link, which may let them do less.
      if (verdict.identity && server) server.caller.identity = verdict.identity
      return [tellClient(resultAnswer(id, welcome))]
    }
    const isUnknown = verdict.reason === 'invalid-token'
    return failTry(errorAnswer(id, isUnknown ? ERROR_CODES.invalidToken : ERROR_CODES.notPermitted, verdict.sentence))
  }

  function connected(identity: Identity, credentials: string): Effect[] {
    server = { caller: { identity }, token: credentials.replace(/^Bearer +/i, ''), introduced: false }
    state = 'signing in'
    return []
  }

  function fromUpstream(text: string): Effect[] {
    if (state !== 'signing in' || !server) return []
    if (!server.introduced) return introduce(server, text)
    const answer = readAnswer(text)
    if (answer?.message_id !== SIGN_IN_ID) {
      // A server without users says so, and hangs up.
      return answer?.error_code === undefined ? [] : failed(inWords(answer.details) ?? 'The server is not ready.')
    }
    const { result } = answer
    if (!isObject(result) || result.authenticated === false) return refusedThere(answer)
    state = 'open'
    welcome = result
    const { user } = result
    if (isObject(user) && typeof user.user_id === 'string' && typeof user.username === 'string')
      server.caller.account = { userId: user.user_id, name: user.username }
    return waiting === undefined ? [] : [tellClient(resultAnswer(takeWaiting(), welcome))]
  }

  /** The server speaks first; what it says is the client's to know, unless it was told the same before. */
  function introduce(to: NonNullable<typeof server>, text: string): Effect[] {
    const info = readServerInfo(text)
    if (!info) return failed('The server behind this gateway does not speak the protocol of Music Assistant.')
    schema = info.schema
    to.introduced = true
    const message = JSON.stringify({ message_id: SIGN_IN_ID, command: 'auth', args: { token: to.token } })
    const auth: Effect = { kind: 'tell', whom: 'upstream', message }
    return greeting === undefined ? [tellClient(text), auth] : [auth]
  }

  function refusedThere({ error_code, details }: Record<string, unknown>): Effect[] {
    state = 'over'
    const code = typeof error_code === 'number' ? error_code : 'no error'
    return [{ kind: 'refused by upstream', detail: `its answer to auth: ${code} ${inWords(details) ?? ''}` }]
  }

  function failed(sentence: string): Effect[] {
    return over(ERROR_CODES.other, sentence, 'failed')
  }

  function unlinked(sentence: string): Effect[] {
    return over(ERROR_CODES.invalidToken, sentence, 'access ended')
  }

  function over(code: number, sentence: string, why: Closing): Effect[] {
    state = 'over'
    const told = waiting === undefined ? [] : [tellClient(errorAnswer(takeWaiting(), code, sentence))]
    return [...told, { kind: 'close', why, detail: sentence }]
  }

  function takeWaiting(): ClientMessage['message_id'] {
    const id = waiting as ClientMessage['message_id']
    waiting = undefined
    return id
  }

  return {
    get busy() {
      return BUSY.has(state)
    },
    get listens() {
      return state === 'signing in'
    },
    ...{ fromClient, fromUpstream, connected, decided, failed, unlinked },
  }
}

function tellClient(message: string): Effect {
  return { kind: 'tell', whom: 'client', message }
}

/** What a server says is not trusted to be short, or to be words. */
function inWords(details: unknown): string | undefined {
  return typeof details === 'string' ? details.slice(0, 200) : undefined
}

function readAnswer(text: string): Record<string, unknown> | undefined {
  const answer = parseJson(text)
  return isObject(answer) ? answer : undefined
}
