import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** What was started here; whoever measures has to end it. */
export const children = new Set<ChildProcess>()

/**
 * Starts Node with these words, and waits until it says that it is ready.
 * @param ready its first group is what is found. @param errors what becomes of its standard error.
 */
export async function startProcess(
  words: string[],
  ready: RegExp,
  errors: 'inherit' | 'ignore',
): Promise<{ child: ChildProcess; found: string }> {
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', errors] })
  children.add(child)
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  while (!ready.test(output)) {
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), once(child, 'exit')])
    if (child.exitCode !== null || child.signalCode) throw new Error(`${words.join(' ')} ended: ${output}`)
  }
  return { child, found: ready.exec(output)?.[1] ?? '' }
}
