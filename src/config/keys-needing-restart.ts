import { isDeepStrictEqual } from 'node:util'
import { shown } from './describe-mistake.ts'
import type { Config } from './schema.ts'
import { effectOf, type SchemaNode, schemaAsJson } from './schema-as-json.ts'

/** The keys that differ and whose change takes effect only at the next start, such as `data_dir` or `log.file`. */
export function keysNeedingRestart(before: Config, after: Config): string[] {
  return restartKeys(schemaAsJson())
    .filter((path) => !isDeepStrictEqual(valueAt(before, path), valueAt(after, path)))
    .map(shown)
}

/** Only of maps of keys: what stands in a list or under a name of the user's can come and go at a reload. */
function restartKeys(node: SchemaNode, path: string[] = []): string[][] {
  return Object.entries(node.properties ?? {}).flatMap(([key, value]) => {
    const [here, inner] = [[...path, key], value as SchemaNode]
    return effectOf(inner) === 'restart' ? [here] : restartKeys(inner, here)
  })
}

function valueAt(config: Config, path: string[]): unknown {
  return path.reduce<unknown>((found, step) => (found as Record<string, unknown> | undefined)?.[step], config)
}
