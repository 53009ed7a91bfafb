import { z } from 'zod'
import { configSchema } from './schema.ts'

/** A place in the schema, with what the forms say of it besides: `takes`, `effect`. */
export type SchemaNode = z.core.JSONSchema.JSONSchema

/** The schema as a value that can be walked, as it takes its input. */
export function schemaAsJson(): SchemaNode {
  const schema = configSchema({ folder: '/', variables: {} })
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode
}

/** When a change of this key takes effect. */
export function effectOf(node: SchemaNode): 'reload' | 'restart' {
  return node.effect === 'restart' ? 'restart' : 'reload'
}
