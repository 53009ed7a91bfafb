import type { AllowCommand, CommandPolicy, CommandRefusal } from '../command.ts'
import { argumentProblem } from './argument-problem.ts'
import { COMMAND_TABLE, type Verdict } from './command-table.ts'
import { readCommand } from './read-command.ts'

/** What the configuration says about commands, beside the table. */
export interface CommandSettings {
  /** The scope that commands take, in place of what the table says; by name, or all below a folder (`music/*`). */
  allow: Record<string, string>
  /** What never passes, named in the same way. */
  refuse: string[]
  /** Whether commands pass that write the library. */
  library_write: boolean
  /** Whether addresses may be played. */
  urls: boolean
}

/** Who may control music has to find it, so that reading is part of it. */
const SCOPES: Record<Exclude<Verdict, 'refused'>, string[]> = {
  reads: ['music.read', 'music.control'],
  controls: ['music.control'],
  writes: ['music.control'],
  self: ['user:read'],
}

/** All that the server knows as a name. */
const NAME = /^[a-z0-9_]+(?:\/[a-z0-9_]+)*$/
/** What makes tokens that outlive a grant, or ends the one that it is called with: nothing opens it. */
const NEVER = /^auth(?:$|\/(?!me$|roles$|scopes$))/

/** What an upstream of `kind: music-assistant` lets linked clients do. Whatever nothing allows is refused. */
export function openCommandPolicy(settings: CommandSettings): CommandPolicy {
  const allowed = readPatterns(Object.keys(settings.allow))
  const refused = readPatterns(settings.refuse)

  /** The scopes that let a command through, each by itself. */
  function scopesOf(command: string): string[] | CommandRefusal {
    const verdict = COMMAND_TABLE.get(command)
    const pattern = NAME.test(command) ? allowed(command) : undefined
    if (verdict === undefined && pattern === undefined) return unknown(command)
    if (NEVER.test(command) || refused(command) !== undefined) return notPermitted(command)
    const isOff = verdict === 'refused' || (verdict === 'writes' && !settings.library_write)
    // What the table refuses has to be named whole: nobody means all of it by a wildcard.
    if (pattern !== undefined && (!isOff || pattern === command)) return [settings.allow[pattern] as string]
    return isOff || verdict === undefined ? notPermitted(command) : SCOPES[verdict]
  }

  const allow: AllowCommand = ({ command, args = {} }, { identity, account }) => {
    const scopes = scopesOf(command)
    if (!Array.isArray(scopes)) return scopes
    if (!scopes.some((scope) => identity.scopes.includes(scope))) return scopeMissing(scopes[0] as string)
    const problem = argumentProblem(args, account, settings)
    return problem === undefined ? undefined : { reason: 'not-permitted', sentence: problem }
  }

  return { read: readCommand, allow, knows: (command) => COMMAND_TABLE.has(command) || allowed(command) !== undefined }
}

/** @returns finds the most exact pattern for a command */
function readPatterns(patterns: string[]): (command: string) => string | undefined {
  const known = new Set(patterns)
  return (command) => {
    if (known.has(command)) return command
    for (let end = command.lastIndexOf('/'); end > 0; end = command.lastIndexOf('/', end - 1)) {
      const pattern = `${command.slice(0, end)}/*`
      if (known.has(pattern)) return pattern
    }
    return undefined
  }
}

function unknown(command: string): CommandRefusal {
  return { reason: 'unknown-command', sentence: `Invalid command: ${command.slice(0, 100)}` }
}

function notPermitted(command: string): CommandRefusal {
  return { reason: 'not-permitted', sentence: `${command.slice(0, 100)} does not pass through this gateway.` }
}

function scopeMissing(scope: string): CommandRefusal {
  return { reason: 'scope-missing', sentence: `This needs an access token with the scope ${scope}.`, scope }
}
