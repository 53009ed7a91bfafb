import {
  type Alias,
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  visit,
} from 'yaml'
import { shown } from './describe-mistake.ts'

/** Something to say of a place in the file. */
export interface Report {
  /** The offset in the file. */
  at: number
  text: string
}

/**
 * What keeps the file from being understood at all; only the first fault is worth telling, the rest are guesses.
 * The text of a report holds nothing of the file's: it may be part of a secret.
 */
export function findUnreadable(document: Document.Parsed, source: string): Report[] {
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
  if (reports.length === 0 && isAliasBomb(document))
    reports.push(unreadable(firstAlias(document), 'fewer aliases, these would unfold into too much'))
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

function isAliasBomb(document: Document): boolean {
  try {
    document.toJS()
    return false
  } catch {
    return true
  }
}

function firstAlias(document: Document): Alias | undefined {
  let first: Alias | undefined
  visit(document, {
    Alias(_, alias) {
      first = alias
      return visit.BREAK
    },
  })
  return first
}

/** Also `__proto__`, which Zod passes over in maps such as `upstreams`. */
export function findRepeatedKeys(node: unknown, path: PropertyKey[] = []): Report[] {
  if (isSeq(node)) return node.items.flatMap((item, i) => findRepeatedKeys(item, [...path, i]))
  if (!isMap(node)) return []
  const before = new Set<string>()
  return node.items.flatMap(({ key, value }) => {
    const name = String((key as Scalar).value)
    const here = [...path, name]
    const at = (key as Scalar).range?.[0] ?? 0
    const reports = findRepeatedKeys(value, here)
    if (before.has(name)) reports.unshift({ at, text: `${shown(here)}: expected once, it is here a second time` })
    if (name === '__proto__') reports.unshift({ at, text: `${shown(here)}: expected no such key` })
    before.add(name)
    return reports
  })
}

/** Where a key stands; of a key that is missing, where the map stands that should have it. */
export function offsetOf(document: Document, path: PropertyKey[]): number {
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
