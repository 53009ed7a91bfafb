import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
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

/**
 * Reads `gateway.yaml`. What comes back is frozen, with its defaults filled in and its paths absolute.
 * @param variables the environment that `${NAME}` refers to.
 * @throws ConfigError with every mistake.
 */
export function loadConfig(file: string, variables: Record<string, string | undefined>): Config {
  const lines = new LineCounter()
  const document = parseDocument(read(file), { lineCounter: lines, prettyErrors: false })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${basename(file)}:${line}:${col}`
  }
  const faults = [...document.errors, ...document.warnings]
  const reports = faults.map(({ pos, message }) => ({ at: pos[0], text: `expected YAML: ${message}` }))
  // A key that is there twice leaves the rest readable; after anything else only guesses could be reported.
  if (faults.some(({ code }) => code !== 'DUPLICATE_KEY'))
    throw new ConfigError(reports.map(({ at, text }) => `${place(at)} ${text}`))

  const value = toValue(document)
  if (value instanceof AliasBomb)
    throw new ConfigError([`${place(value.offset)} expected fewer aliases, these would unfold into too much`])

  const parsed = configSchema({ folder: dirname(resolve(file)), variables }).safeParse(value)
  const mistakes = [...(parsed.success ? [] : parsed.error.issues.flatMap(toMistakes)), ...crossCheck(value)]
  for (const { path, message } of mistakes) {
    reports.push({ at: offsetOf(document, path), text: `${shown(path)}: ${message}${got(value, path, message)}` })
  }
  if (reports.length || !parsed.success) {
    throw new ConfigError(reports.sort((a, b) => a.at - b.at).map(({ at, text }) => `${place(at)} ${text}`))
  }
  return deepFreeze(parsed.data)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError([`${file}: expected a configuration file, it can't be read: ${(cause as Error).message}`])
  }
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

function toMistakes(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'expected no such key' }))
  }
  if (issue.code === 'invalid_key')
    return issue.issues.map(({ message }) => ({ path: issue.path, message: `expected ${message} as a key` }))
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'secret')
    return [{ path: issue.path, message: `expected ${issue.message}` }]
  return [
    { path: issue.path, message: issue.message.startsWith('expected ') ? issue.message : `expected ${issue.message}` },
  ]
}

/** Where a key stands; of a key that is missing, where the map stands that should have it. */
function offsetOf(document: Document, path: PropertyKey[]): number {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
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
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  return text.replace(/^\./, '') || 'the file'
}

/** What is there instead; never of a secret, and not where the message tells. */
function got(value: unknown, path: PropertyKey[], message: string): string {
  if (message === 'expected no such key' || /^expected (none|another|an? .* of its own|the environment)/.test(message))
    return ''
  let found = value
  for (const step of path) found = (found as Record<PropertyKey, unknown> | undefined)?.[step]
  if (found === undefined) return ', it is missing'
  if (path.includes('secret') || path.includes('token')) return ', got something else'
  const text = JSON.stringify(found)
  return `, got ${text.length > 80 ? `${text.slice(0, 77)}...` : text}`
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}
