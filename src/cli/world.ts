import type { Environment } from '../config/environment.ts'
import type { AskLine, PasswordPrompt } from './ask-password.ts'

/** What a command works with, so that a test can give it another one. */
export interface World extends Environment {
  /** The path of `gateway.yaml`. */
  configFile: string
  /** The environment variables. */
  variables: Record<string, string | undefined>
  /** Says a line to the person at the terminal. */
  print: (line: string) => void
  /** Asks for a password. @throws CommandError when there is none, or the two typed differ. */
  askPassword: (prompt?: PasswordPrompt) => Promise<string>
  /** Asks the person at the terminal something; absent where there is none. */
  askLine?: AskLine
  /** Waits until the process is asked to stop. */
  untilStopped: () => Promise<void>
  /** Calls this whenever the process gets SIGHUP, which from now on never ends it. */
  onHangup: (run: () => void) => void
  /** Waits until nobody reads any more what is printed; for ever, if absent. */
  untilUnread?: () => Promise<void>
}

/** What was typed with `--`, for those commands that take it. */
export interface CommandOptions {
  'new-database'?: boolean
  user?: string
  client?: string
  renew?: boolean
  overlap?: string
  last?: string
  json?: boolean
  follow?: boolean
  code?: boolean
  address?: string
  email?: string
  remove?: boolean
  'allow-root'?: boolean
  passphrase?: boolean
  ended?: string
  lambda?: boolean
  format?: string
  staging?: boolean
  through?: string
  for?: string
  stop?: boolean
}

/** What can be typed after `skillgate`. */
export interface Command {
  /** @param words what was typed after the command's own. @returns the exit code. */
  run: (world: World, options: CommandOptions, ...words: string[]) => Promise<number>
  /** What it needs besides, as the help calls it; nothing, if absent. */
  words?: string[] | 'any'
  options?: (keyof CommandOptions)[]
}
