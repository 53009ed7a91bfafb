import { loadConfig } from '../config/load.ts'
import { explainFileError } from '../files/explain-file-error.ts'
import { followLines } from '../telemetry/follow-lines.ts'
import { readLastLines } from '../telemetry/last-lines.ts'
import { prettyLine } from '../telemetry/pretty-line.ts'
import { CommandError } from './command-error.ts'
import { readCount } from './read-count.ts'
import type { World } from './world.ts'

/** `skillgate log [--last N] [--follow]`: what the log says, in words. Works while the gateway runs. */
export async function log(world: World, { last = '50', follow = false }: LogOptions): Promise<number> {
  const most = readCount(last)
  const { file } = loadConfig(world.configFile, world.variables).log
  if (file === undefined) throw new CommandError(NO_FILE)
  return showLog(file, { ...world, most, follow })
}

interface LogOptions {
  /** How many lines, as it was typed. */
  last?: string
  follow?: boolean
}

const NO_FILE =
  'The log goes to standard error: whatever runs the gateway has it (systemd: journalctl -u skillgate). ' +
  'To have it shown here, put it into a file: log: { file: data/skillgate.log } in gateway.yaml.'

interface ShownLog extends Pick<World, 'print' | 'untilStopped' | 'untilUnread'> {
  most: number
  follow: boolean
}

export async function showLog(
  file: string,
  { most, follow, print, untilStopped, untilUnread }: ShownLog,
): Promise<number> {
  const show = (line: string) => print(prettyLine(line, { colour: false, withDay: true }))
  try {
    const { lines, end } = readLastLines(file, most)
    lines.forEach(show)
    if (!follow) {
      if (end.size === 0) print(`Nothing has been logged yet: there is nothing in ${file}.`)
      return 0
    }
    const stop = followLines(file, end, show)
    await Promise.race([untilStopped(), ...(untilUnread ? [untilUnread()] : [])])
    stop()
    return 0
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new CommandError(explainFileError(error, file, 'read'))
  }
}
