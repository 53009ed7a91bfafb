/** The codes that `/ws` answers with; `/api` turns them into a status. [29] has `other` for invalid data. */
export const errorCodes = {
  other: 999,
  invalidData: 3,
  unknownCommand: 12,
  authenticationRequired: 20,
  notPermitted: 22,
  invalidToken: 23,
} as const

export class CommandError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface CommandMessage {
  messageId: string | undefined
  command: string
  args: Record<string, unknown>
}

/** @throws SyntaxError when it isn't JSON, or no command message; `MissingCommand` when only the command is missing */
export function parseCommandMessage(text: string): CommandMessage {
  const message: unknown = JSON.parse(text)
  if (!isObject(message)) throw new SyntaxError('not an object')
  const { message_id: messageId, command, args } = message
  if (command === undefined) throw new MissingCommand('no command')
  if (typeof command !== 'string') throw new SyntaxError('command is not a string')
  if (args !== undefined && args !== null && !isObject(args)) throw new SyntaxError('args is not an object')
  if (messageId !== undefined && typeof messageId !== 'string') throw new SyntaxError('message_id is not a string')
  return { messageId, command, args: args ?? {} }
}

export class MissingCommand extends Error {}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export type Parameter = 'string' | 'integer' | 'boolean' | 'any' | 'string?' | 'integer?' | 'boolean?' | 'any?'

/** Checks types and that nothing is missing; arguments that the command doesn't know are ignored. */
export function checkArguments(parameters: Record<string, Parameter>, args: Record<string, unknown>): void {
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = args[name] ?? undefined
    const type = parameter.replace('?', '')
    if (value === undefined) {
      if (parameter.endsWith('?')) continue
      throw new CommandError(errorCodes.invalidData, `Missing required argument: ${name}`)
    }
    if (type !== 'any' && (type === 'integer' ? !Number.isInteger(value) : typeof value !== type)) {
      throw new CommandError(errorCodes.invalidData, `Invalid value for argument ${name}: expected ${type}`)
    }
  }
}
