import { CommandError } from './command-error.ts'

/** How many, as it was typed after `--last`. @throws CommandError */
export function readCount(typed: string): number {
  if (!/^[1-9]\d{0,8}$/.test(typed)) throw new CommandError('--last takes a whole number, at least 1.')
  return Number(typed)
}
