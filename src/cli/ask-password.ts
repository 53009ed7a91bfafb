import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { UserError } from '../users/users.ts'

/**
 * A new password: asked for twice, without echo, at a terminal; otherwise the first line of standard input.
 * @throws UserError when there is none, or the two differ.
 */
export async function askPassword(
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
): Promise<string> {
  if (!input.isTTY) return readLine(input)
  const first = await askHidden('Password: ', input, output)
  if ((await askHidden('Again: ', input, output)) !== first) throw new UserError('The two passwords differ.')
  return first
}

async function readLine(input: NodeJS.ReadStream): Promise<string> {
  for await (const line of createInterface({ input })) return line
  throw new UserError('There was no password on standard input: write it there as one line, or use a terminal.')
}

async function askHidden(question: string, input: NodeJS.ReadStream, output: NodeJS.WriteStream): Promise<string> {
  output.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input, output: nowhere, terminal: true })
  try {
    return await new Promise((resolve, reject) => {
      terminal.once('line', resolve)
      terminal.once('close', () => reject(new UserError('No password was given.')))
    })
  } finally {
    terminal.close()
    output.write('\n')
  }
}
