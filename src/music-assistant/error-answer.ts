import type { ClientMessage } from './client-message.ts'
import type { CommandRefusal } from './command.ts'

/** The codes of Music Assistant's own errors on `/ws`. */
export const ERROR_CODES = {
  invalidData: 3,
  unknownCommand: 12,
  authenticationRequired: 20,
  notPermitted: 22,
  invalidToken: 23,
  other: 999,
} as const

/** From this API schema on invalid data has a code of its own. */
const SCHEMA_WITH_INVALID_DATA = 30

/** An error as Music Assistant says it. */
export function errorAnswer(message_id: ClientMessage['message_id'], error_code: number, details: string): string {
  return JSON.stringify({ message_id, error_code, details })
}

export function resultAnswer(message_id: ClientMessage['message_id'], result: unknown): string {
  return JSON.stringify({ message_id, result, partial: false })
}

/** The code for a command that isn't passed on. @param schema the server's API schema. */
export function codeOfRefusal(reason: CommandRefusal['reason'], schema: number): number {
  switch (reason) {
    case 'unknown-command':
      return ERROR_CODES.unknownCommand
    case 'invalid-data':
      return schema < SCHEMA_WITH_INVALID_DATA ? ERROR_CODES.other : ERROR_CODES.invalidData
    default:
      return ERROR_CODES.notPermitted
  }
}
