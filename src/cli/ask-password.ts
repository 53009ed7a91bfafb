import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { CommandError } from './command-error.ts'

export interface PasswordPrompt {
  /** What it is, if not a password. */
  label?: string
  /** Whether it is there already, so that once is enough. */
  once?: boolean
}

/**
 * A password: asked for without echo at a terminal, a new one twice; otherwise the first line of standard input.
 * @throws CommandError when there is none, or the two differ.
 */
export async function askPassword(
  { label = 'Password', once = false }: PasswordPrompt = {},
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
): Promise<string> {
  if (!input.isTTY) return readLine(input)
  // From here to the end the terminal echoes nothing by itself, and what readline would show goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input, output: nowhere, terminal: true })
  try {
    const first = await ask(terminal, `${label}: `, output)
    if (once) return first
    const second = await ask(terminal, 'Again: ', output)
    if (first !== second) throw new CommandError('The two passwords differ.')
    return first
  } finally {
    terminal.close()
  }
}

export type AskLine = (question: string) => Promise<string>

/** A line that may be seen: asked for at a terminal; otherwise the next one of standard input. @throws CommandError */
export async function askLine(
  question: string,
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
): Promise<string> {
  // Nobody tells readline of a stream that has ended before.
  if (!input.readable) throw new CommandError('Nothing was typed.')
  const lines = createInterface({ input })
  try {
    return await ask(lines, question, output, 'Nothing was typed.')
  } finally {
    lines.close()
  }
}

async function readLine(input: NodeJS.ReadStream): Promise<string> {
  for await (const line of createInterface({ input })) return line
  throw new CommandError('There was no password on standard input: write it there as one line, or use a terminal.')
}

async function ask(
  lines: Interface,
  question: string,
  output: NodeJS.WriteStream,
  otherwise = 'No password was given.',
): Promise<string> {
  const answer = Promise.withResolvers<string>()
  const leave = () => answer.reject(new CommandError(otherwise))
  lines.once('line', answer.resolve)
  lines.once('close', leave)
  output.write(question)
  try {
    return await answer.promise
  } finally {
    lines.off('close', leave)
    output.write('\n')
  }
}
