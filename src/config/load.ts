import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml'
import type { z } from 'zod'
import { crossCheck, type Mistake } from './cross-check.ts'
import { type Config, configSchema } from './schema.ts'

/** Everything that is wrong with a configuration file, a line each: `file:line:column key: what was expected`. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly mistakes: string[]
  constructor(mistakes: string[]) {
    super(mistakes.join('\n'))
    this.mistakes = mistakes
  }
}

/** Characters; far more than anybody writes, and far less than takes long to read. */
const LONGEST_FILE = 100_000

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
    reports
      .sort((a, b) => a.at - b.at)
      .map(({ at, text }) => {
        const { line, col } = lines.linePos(at)
        return `${basename(file)}:${line}:${col} ${text}`
      })

  // The first of these makes guesses of the rest.
  const [unreadable] = inPlace(unreadables(document, source))
  if (unreadable) throw new ConfigError([unreadable])

  const value = toValue(document)
  if (value instanceof AliasBomb) {
    throw new ConfigError(
      inPlace([{ at: value.offset, text: 'the file: expected fewer aliases, these would unfold into too much' }]),
    )
  }

  const parsed = configSchema({ folder: dirname(resolve(file)), variables }).safeParse(value)
  const ofSchema = parsed.success
    ? []
    : parsed.error.issues.flatMap(toMistakes).filter(({ path }) => path.at(-1) !== '__proto__')
  const known = new Set(ofSchema.map(({ path }) => shown(path)))
  const ofCrossCheck = crossCheck(value).filter(({ path }) => !known.has(shown(path)))
  const reports = repeatedKeys(document.contents)
  for (const { path, message } of [...ofSchema, ...ofCrossCheck]) {
    reports.push({ at: offsetOf(document, path), text: `${shown(path)}: ${message}${got(value, path, message)}` })
  }
  if (reports.length || !parsed.success) throw new ConfigError(inPlace(reports))
  return deepFreeze(parsed.data)
}

interface Report {
  /** The offset in the file. */
  at: number
  text: string
}

function read(file: string): string {
  const source = readOrThrow(file)
  if (source.length <= LONGEST_FILE) return source
  throw new ConfigError([`${file}: expected at most ${LONGEST_FILE} characters, got ${source.length}`])
}

function readOrThrow(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError([`${file}: expected a configuration file, it can't be read: ${(cause as Error).message}`])
  }
}

function unreadables(document: Document.Parsed, source: string): Report[] {
  const reports = [...document.errors, ...document.warnings].map(({ pos, code, message }) => ({
    at: pos[0],
    text: `the file: expected ${
      source[pos[0] - 1] === '$'
        ? 'quotes around "${NAME}" within braces or brackets'
        : (YAML_FORMS[code] ?? `YAML: ${withoutSource(message)}`)
    }`,
  }))
  const anchors = new Set<string | undefined>()
  visit(document, {
    Value(_, { anchor }) {
      anchors.add(anchor)
    },
    Alias(_, alias) {
      if (!anchors.has(alias.source))
        reports.push(unreadable(alias, 'an anchor before this alias (or quotes around it)'))
    },
    Pair(_, { key }) {
      if (!isScalar(key)) reports.push(unreadable(key, 'a word as a key, not a list, a map, or an alias'))
    },
  })
  return reports
}

function unreadable(node: unknown, expected: string): Report {
  return { at: isNode(node) ? (node.range?.[0] ?? 0) : 0, text: `the file: expected ${expected}` }
}

/** What the YAML package says in words for programmers. */
const YAML_FORMS: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'one YAML document, another one begins here',
  RESOURCE_EXHAUSTION: 'fewer lists and maps within each other',
}

/** What the YAML package quotes after the last colon may be part of a secret. */
function withoutSource(message: string): string {
  return message.replace(/(?<=\S): .*$/s, '')
}

class AliasBomb {
  readonly offset: number
  constructor(offset: number) {
    this.offset = offset
  }
}

function toValue(document: Document): unknown {
  try {
    return document.toJS()
  } catch {
    let offset = 0
    visit(document, {
      Alias(_, alias) {
        offset = alias.range?.[0] ?? 0
        return visit.BREAK
      },
    })
    return new AliasBomb(offset)
  }
}

/** Also `__proto__`, which Zod passes over in maps such as `upstreams`. */
function repeatedKeys(node: unknown, path: PropertyKey[] = []): Report[] {
  if (isSeq(node)) return node.items.flatMap((item, i) => repeatedKeys(item, [...path, i]))
  if (!isMap(node)) return []
  const before = new Set<string>()
  return node.items.flatMap(({ key, value }) => {
    const name = String((key as Scalar).value)
    const here = [...path, name]
    const at = (key as Scalar).range?.[0] ?? 0
    const reports = repeatedKeys(value, here)
    if (before.has(name)) reports.unshift({ at, text: `${shown(here)}: expected once, it is here a second time` })
    if (name === '__proto__') reports.unshift({ at, text: `${shown(here)}: expected no such key` })
    before.add(name)
    return reports
  })
}

function toMistakes(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: `expected ${issue.message}` }))
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: issue.path, message: `expected ${message} as a key` }))
  }
  return [{ path: issue.path, message: `expected ${issue.message}` }]
}

/** Where a key stands; of a key that is missing, where the map stands that should have it. */
function offsetOf(document: Document, path: PropertyKey[]): number {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (!pair) return offset
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      offset = isNode(node) ? (node.range?.[0] ?? offset) : offset
    } else if (isPair(node)) return offset
  }
  return offset
}

function shown(path: PropertyKey[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${printable(String(step))}`)).join('')
  return text.replace(/^\./, '') || 'the file'
}

function printable(key: string): string {
  return /^[\x21-\x7e]{1,60}$/.test(key) ? key : shortened(JSON.stringify(key))
}

/** What is there instead; never of a secret, and not where the message tells. */
function got(value: unknown, path: PropertyKey[], message: string): string {
  if (/^expected (none|another|a secret|a value in|an? .* of its own|one of the keys)| as a key$/.test(message))
    return ''
  let found = value
  for (const step of path) found = (found as Record<PropertyKey, unknown> | undefined)?.[step]
  if (found === undefined) return ', it is missing'
  if (found === null) return ', it is empty'
  if (path.includes('secret') || path.includes('token')) return ', got something else'
  // What a list or a map holds is not shown: there may be a secret in it.
  if (Array.isArray(found)) return found.length ? ', got a list' : ', got an empty list'
  if (typeof found === 'object') return ', got a map'
  if (typeof found !== 'string') return `, got ${found}`
  return `, got ${shortened(JSON.stringify(withoutUser(found)))}`
}

/** There may be a password in a URL. */
function withoutUser(url: string): string {
  return url.replace(/(?<=\/\/).*@/s, '...@')
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}
