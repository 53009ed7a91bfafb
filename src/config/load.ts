import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { ConfigError } from './config-error.ts'
import { crossCheck } from './cross-checks/cross-check.ts'
import { describeMistake, shown, toMistakes } from './describe-mistake.ts'
import type { Surroundings } from './forms.ts'
import { type Config, configSchema } from './schema.ts'
import { findRepeatedKeys, findUnreadable, offsetOf, type Report } from './yaml-places.ts'

/** Characters; far more than anybody writes, and far less than takes long to read. */
const FILE_LENGTH_LIMIT = 100_000

/**
 * Reads `gateway.yaml`. What comes back is frozen, with its defaults filled in and its paths absolute.
 * @param variables the environment that `${NAME}` refers to.
 * @throws ConfigError with every mistake.
 */
export function loadConfig(file: string, variables: Record<string, string | undefined>): Config {
  const lines = new LineCounter()
  const source = read(file)
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const inPlace = (reports: Report[]) =>
    reports.sort((a, b) => a.at - b.at).map((report) => `${placeOf(report)} ${report.text}`)
  const placeOf = ({ at }: Report) => {
    const { line, col } = lines.linePos(at)
    return `${basename(file)}:${line}:${col}`
  }

  const [unreadable] = inPlace(findUnreadable(document, source))
  if (unreadable) throw new ConfigError([unreadable])

  const value: unknown = document.toJS()
  const parsed = schemaFor({ folder: dirname(resolve(file)), variables }).safeParse(value)
  const ofSchema = parsed.success
    ? []
    : parsed.error.issues.flatMap(toMistakes).filter(({ path }) => path.at(-1) !== '__proto__')
  const known = new Set(ofSchema.map(({ path }) => shown(path)))
  const ofCrossCheck = crossCheck(value).filter(({ path }) => !known.has(shown(path)))
  const mistakes = [...ofSchema, ...ofCrossCheck].map((mistake) => ({
    at: offsetOf(document, mistake.path),
    text: describeMistake(value, mistake),
  }))
  const reports = [...findRepeatedKeys(document.contents), ...mistakes]
  if (reports.length > 0 || !parsed.success) throw new ConfigError(inPlace(reports))
  return deepFreeze(parsed.data)
}

let lastSchema: (Surroundings & { schema: ReturnType<typeof configSchema> }) | undefined

/** Made anew it takes 50 ms, in which nothing else happens: a reload has the same surroundings as the load before. */
function schemaFor({ folder, variables }: Surroundings): ReturnType<typeof configSchema> {
  if (lastSchema?.folder !== folder || lastSchema.variables !== variables) {
    lastSchema = { folder, variables, schema: configSchema({ folder, variables }) }
  }
  return lastSchema.schema
}

function read(file: string): string {
  const source = readOrThrow(file)
  if (source.length <= FILE_LENGTH_LIMIT) return source
  throw new ConfigError([`${file}: expected at most ${FILE_LENGTH_LIMIT} characters, got ${source.length}`])
}

function readOrThrow(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError([`${file}: expected a configuration file, it can't be read: ${(cause as Error).message}`])
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}
