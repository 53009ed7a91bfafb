import { type ClientMessage, writeClientMessage } from './client-message.ts'
import type { AllowCommand, CommandCaller, CommandRefusal } from './command.ts'

type Judged = { kind: 'passes'; text: string } | { kind: 'refused'; refusal: CommandRefusal }

/** Whether a message of `/ws` goes on, and how: what was judged is what goes on. */
export function judgeCommand(allowCommand: AllowCommand, message: ClientMessage, caller: CommandCaller): Judged {
  const { command, args } = message
  // At Music Assistant it ends the token of the whole link, whatever a table of commands says.
  if (command === 'auth/logout')
    return refused({ reason: 'not-permitted', sentence: 'Sign out at the gateway: this would end the link itself.' })
  let text: string
  try {
    text = writeClientMessage(message)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return refused({ reason: 'invalid-data', sentence: `Invalid arguments: ${error.message}` })
  }
  const refusal = allowCommand({ command, args }, caller)
  return refusal ? refused(refusal) : { kind: 'passes', text }
}

function refused(refusal: CommandRefusal): Judged {
  return { kind: 'refused', refusal }
}
