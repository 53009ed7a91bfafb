/** What the launcher has Node give up before a gateway starts, and what is missing where Node doesn't know the flag. */
export interface Hardening {
  flag: string
  /** Ends the sentence "Without it ...". */
  without: string
}

export const HARDENING: Hardening[] = [
  {
    flag: '--permission',
    without: 'whoever breaks in may read and write all files that this account may, and run programs',
  },
  { flag: '--disable-sigusr1', without: 'SIGUSR1 could open the debugger in the moment of the start' },
  { flag: '--disable-proto=delete', without: 'a hole in a package may change all objects at once' },
  { flag: '--disallow-code-generation-from-strings', without: 'text that somebody sent could be run as a program' },
]

/**
 * What this process was not started with.
 * @param flags those of its command line.
 */
export function missingHardening(flags: string[]): Hardening[] {
  return HARDENING.filter(({ flag }) => !flags.includes(flag))
}
