import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Every code, token, client secret and cookie that was made in this process; 32 bytes are taken for nothing else. */
const issued = new Set<string>()

/** Notes a secret that came from elsewhere, such as a process of its own. */
export function noteIssued(secret: unknown): void {
  if (typeof secret === 'string' && secret.length === 43) issued.add(secret)
}

/** Random bytes that are remembered where they are a secret. */
export function noting(randomBytes: (size: number) => Buffer): (size: number) => Buffer {
  return (size) => {
    const bytes = randomBytes(size)
    if (size === 32) issued.add(bytes.toString('base64url'))
    return bytes
  }
}

/** @throws when a text holds one of them. */
export function checkHoldsNoSecret(text: string, what: string): void {
  for (const [run] of text.matchAll(/[A-Za-z0-9_-]{43,}/g)) {
    for (let at = 0; at + 43 <= run.length; at++) {
      if (issued.has(run.slice(at, at + 43))) throw new Error(`${what} holds a secret that was issued`)
    }
  }
}

/** What a gateway writes of its own accord: the database with all that belongs to it, and what happened. */
export function checkFolderHoldsNoSecret(folder: string): void {
  const written = globSync(['**/*.db*', '**/audit*.jsonl'], { cwd: folder })
  for (const file of written.filter((name) => statSync(join(folder, name)).isFile())) {
    checkHoldsNoSecret(readFileSync(join(folder, file), 'latin1'), file)
  }
}
