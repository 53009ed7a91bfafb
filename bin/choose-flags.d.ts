type Variables = Record<string, string | undefined>

/** The environment without what could undo how Skillgate protects itself, and what was left out, in words. */
export function cleanEnvironment(env: Variables): { env: Variables; left: string[] }
/** The first flag of the command line that Skillgate doesn't run with. */
export function strangeFlag(flags: string[]): string | undefined
