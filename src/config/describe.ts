import { effectOf, type SchemaNode as Node, schemaAsJson } from './schema-as-json.ts'

/** docs/reference/configuration.md, from what the schema says. Anew: node src/config/describe.ts > (that file). */
export function describeConfig(): string {
  return `${[INTRODUCTION, ...sections('gateway.yaml', '', schemaAsJson())].join('\n\n')}\n`
}

const INTRODUCTION = `# Configuration

<!-- Made by src/config/describe.ts from src/config/schema.ts; change it there. -->

Skillgate reads one YAML file, \`gateway.yaml\`, strictly: a key that is not on this page is a mistake, and so is a key
that is there twice. \`npx skillgate check\` tells every mistake at once, each with its place (of a file that is no YAML,
the first); \`npx skillgate start\` checks the same before it serves anything:

    gateway.yaml:14:3 listen.https: expected what it takes, got what is there

- Relative paths start at the folder that the file is in.
- No secret stands in the file. In its place stands a file that holds it, \`{ file: data/app.secret }\`, or an environment
  variable, \`\${APP_SECRET}\` (within braces in quotes: \`{ token: "\${APP_SECRET}" }\`).
- A running gateway takes up a change by itself, of this file as of the files that it names: the new configuration is
  checked whole, and then holds for every request from then on (a *reload*). One with a mistake changes nothing. The few
  keys that say *restart* take effect when the gateway is started anew; until then, a file in which they differ is
  refused. Environment variables, too, are those of the start.`

/** A section for a map of keys, and after it those of the maps in it. */
function sections(title: string, prefix: string, node: Node, described = new Set<string>()): string[] {
  const variants = node.oneOf ?? node.anyOf
  if (variants)
    return variants.flatMap((variant) =>
      sections(variantTitle(title, variant as Node), prefix, variant as Node, described),
    )
  const entries = Object.entries(node.properties ?? {}) as [string, Node][]
  const rows = entries.map(([key, value]) => row(key, value, node.required?.includes(key) ?? false))
  const table = ['| Key | Takes | Default | Takes effect | Meaning |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  )
  const inner = entries.flatMap(([key, value]) => {
    const found = within(`${prefix}${key}`, value)
    // What several variants have in common is described once.
    if (!found || described.has(found.path)) return []
    described.add(found.path)
    return sections(`\`${found.path}\``, `${found.path}.`, found.node, described)
  })
  return [`## ${title}`, table, ...inner]
}

function variantTitle(title: string, variant: Node): string {
  const [key, value] = Object.entries(variant.properties ?? {})[0] ?? []
  return `${title} with \`${key}: ${(value as Node | undefined)?.const}\``
}

/** The map with keys of its own that is the value of a key, or that each value or item of it is. */
function within(path: string, node: Node): { path: string; node: Node } | undefined {
  if (node.takes) return node.items ? within(`${path}[]`, node.items as Node) : undefined
  if (node.properties || node.oneOf || node.anyOf) return { path, node }
  if (typeof node.additionalProperties === 'object') return within(`${path}.<name>`, node.additionalProperties)
  return undefined
}

function row(key: string, node: Node, required: boolean): string {
  const standard = node.default === undefined ? (required ? 'required' : 'none') : `\`${inYaml(node.default)}\``
  const [effect = '', another] = new Set(effectsIn(node))
  return `| ${[`\`${key}\``, takes(node), standard, another ? 'see below' : effect, node.description ?? ''].map(cell).join(' | ')} |`
}

/** Of a key, or of all keys in its map. */
function effectsIn(node: Node): string[] {
  const inner = Object.values(node.properties ?? {})
  return inner.length > 0 ? inner.flatMap((value) => effectsIn(value as Node)) : [effectOf(node)]
}

function takes(node: Node): string {
  if (node.const !== undefined) return `\`${node.const}\``
  if (typeof node.takes === 'string') {
    const each = (node.items as Node | undefined)?.takes
    return typeof each === 'string' ? `${node.takes}; each ${each}` : node.takes
  }
  const values = node.additionalProperties
  if (typeof values === 'object') {
    const names = (node.propertyNames as Node | undefined)?.takes
    return `a map from ${names} to ${values.takes ?? 'keys, see below'}`
  }
  return 'keys, see below'
}

function inYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(', ')}]`
  return typeof value === 'object' || value === '' ? JSON.stringify(value) : String(value)
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

if (import.meta.main) process.stdout.write(describeConfig())
