import type { Environment } from '../config/environment.ts'

/** What a command works with, so that a test can give it another one. */
export interface World extends Environment {
  /** The path of `gateway.yaml`. */
  configFile: string
  /** The environment variables. */
  variables: Record<string, string | undefined>
  /** Says a line to the person at the terminal. */
  print: (line: string) => void
  /** Asks for a new password. @throws CommandError when there is none, or the two typed differ. */
  askPassword: () => Promise<string>
  /** Waits until the process is asked to stop. */
  untilStopped: () => Promise<void>
}

/** @returns the exit code. */
export type Command = (world: World) => Promise<number>
