import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { describeAccount } from './accounts.ts'
import { checkPermission, type House, runCommand } from './command.ts'
import {
  CommandError,
  type CommandMessage,
  errorCodes,
  isObject,
  MissingCommand,
  parseCommandMessage,
} from './command-message.ts'
import { describeCommands, findCommand, isGenerator } from './commands.ts'
import type { Misbehaviour } from './misbehaviour.ts'

const bodyLimit = 16 * 1024 * 1024
const anyOrigin = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': 'Content-Type, Authorization' }
const challenge = { 'WWW-Authenticate': 'Bearer realm="Music Assistant"' }

const frontend = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Music Assistant</title></head>
<body><h1>Music Assistant</h1><p>This is a stand-in.</p><script src="assets/app.js"></script></body></html>
`
const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

export interface Exchange {
  req: IncomingMessage
  body: string
  house: House
  misbehaviour: Misbehaviour | undefined
}

export interface Answer {
  status: number
  headers: OutgoingHttpHeaders
  body: string | Buffer
}

/** The routes of port 8095. What isn't one of them, method included, is an empty 404. */
export function answerHttp(exchange: Exchange): Answer {
  const { req, house } = exchange
  const path = req.url?.split('?', 1)[0] ?? ''
  switch (`${req.method} ${path}`) {
    case 'POST /api':
      return answerApi(exchange)
    case 'POST /auth/login':
      return logIn(exchange)
    case 'POST /auth/logout':
      return logOut(exchange)
    case 'GET /auth/me':
      return showCurrentUser(exchange)
    case 'GET /auth/providers':
      return json(200, [{ provider_id: 'builtin', provider_type: 'builtin', requires_redirect: false }])
    case 'GET /api-docs/commands.json':
      return json(200, describeCommands(house))
    case 'GET /info':
      return json(200, house.info(), anyOrigin)
    case 'GET /ws':
      return text(400, 'No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".')
    case 'GET /':
      return answer(200, 'text/html; charset=utf-8', frontend)
    case 'GET /assets/app.js':
      return answer(200, 'text/javascript; charset=utf-8', '// stand-in\n')
    case 'GET /preview':
      return answer(200, 'audio/aac', Buffer.alloc(1024))
  }
  if (req.method === 'GET' && /^\/imageproxy(\/|$)/.test(path)) return showImage(exchange)
  return notFound
}

const notFound: Answer = { status: 404, headers: { 'Content-Length': 0 }, body: '' }

/** [29] takes what is in `path`, an address too, and fetches it; [77] an opaque id in its own path. */
function showImage({ req, house }: Exchange): Answer {
  const { pathname, searchParams } = new URL(req.url ?? '', 'http://localhost')
  const wanted = house.schema === 29 ? searchParams.get('path') : pathname.slice('/imageproxy/'.length)
  if (!wanted) return notFound
  if (house.schema === 29 && /^https?:/i.test(wanted)) house.fetch(wanted)
  return answer(200, 'image/png', onePixel)
}

/** @returns undefined when the body is over the limit: the rest of it is then thrown away */
export async function readBody(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += chunk.length
    if (size > bodyLimit) {
      req.resume()
      return undefined
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

export const bodyTooLarge = text(413, `Maximum request body size ${bodyLimit} exceeded`)

/** The order of these checks is Music Assistant's. */
function answerApi({ req, house, body, misbehaviour }: Exchange): Answer {
  if (misbehaviour === 'setup-required') return text(503, 'Setup required')
  if (body === '') return text(400, 'Body required')
  let message: CommandMessage
  try {
    message = parseCommandMessage(body)
  } catch (error) {
    return text(400, `Invalid JSON: ${error instanceof MissingCommand ? 'missing required field' : body}`)
  }
  const command = findCommand(house, message.command)
  if (!command) return text(400, `Invalid Command: ${message.command}`)
  if (misbehaviour === 'authentication-failed' && command.scope !== 'none') {
    return text(401, 'Authentication failed', challenge)
  }
  const caller = { house, token: house.accounts.useBearer(req.headers.authorization), over: 'api' } as const
  try {
    checkPermission(command, caller)
  } catch (error) {
    return answerCommandError(error)
  }
  try {
    const result = runCommand(message.command, command, caller, message.args)
    return json(200, isGenerator(result) ? [...result] : (result ?? null))
  } catch (error) {
    // 2.8 tells nothing of what a command itself refuses.
    if (error instanceof CommandError && house.schema === 29) return text(500, 'Internal server error')
    return answerCommandError(error)
  }
}

function answerCommandError(error: unknown): Answer {
  if (!(error instanceof CommandError)) throw error
  switch (error.code) {
    case errorCodes.authenticationRequired:
      return text(401, error.message, challenge)
    case errorCodes.notPermitted:
      return text(403, error.message)
    case errorCodes.invalidData:
      return text(400, error.message)
    default:
      return text(500, 'Internal server error')
  }
}

function logIn({ req, house, body, misbehaviour }: Exchange): Answer {
  if (misbehaviour === 'setup-required') return refuseLogin(403, 'Setup required')
  if (body === '') return text(400, 'Body required')
  const form = parseObject(body)
  if (!form) return refuseLogin(500, 'Login failed')
  const { credentials, provider_id: provider = 'builtin', device_name: device } = form
  if (provider !== 'builtin') return refuseLogin(401, 'Invalid provider')
  const { username, password } = isObject(credentials) ? credentials : {}
  const signIn = house.accounts.signIn(username, password)
  if ('error' in signIn) return refuseLogin(401, signIn.error)
  const name = typeof device === 'string' ? device : (req.headers['user-agent'] ?? 'Unknown').slice(0, 50)
  const token = house.accounts.tokens.create(signIn.account, name, false, house.schema)
  return json(200, { success: true, token, user: describeAccount(signIn.account) }, anyOrigin)
}

/** Ends the token that it came with, a long-lived one too. */
function logOut({ req, house }: Exchange): Answer {
  const token = house.accounts.useBearer(req.headers.authorization)
  if (!token) return text(401, 'Not authenticated')
  house.revoke(token.tokenId)
  return json(200, { success: true })
}

function refuseLogin(status: number, error: string): Answer {
  return json(status, { success: false, error }, anyOrigin)
}

function showCurrentUser({ req, house }: Exchange): Answer {
  const token = house.accounts.useBearer(req.headers.authorization)
  return token ? json(200, describeAccount(token.account)) : text(401, 'Not authenticated')
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function json(status: number, value: unknown, headers?: OutgoingHttpHeaders): Answer {
  return answer(status, 'application/json; charset=utf-8', JSON.stringify(value), headers)
}

function text(status: number, message: string, headers?: OutgoingHttpHeaders): Answer {
  return answer(status, 'text/plain; charset=utf-8', message, headers)
}

function answer(status: number, type: string, body: string | Buffer, headers: OutgoingHttpHeaders = {}): Answer {
  return { status, headers: { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...headers }, body }
}
