import type { Config } from '../config/schema.ts'

/**
 * The routes that ask for a scope which clients with these can't have, each with those that are missing: `/mcp (tools)`.
 * @param scopes what such a client may ask people for at the most.
 */
export function outOfReach({ routes }: Pick<Config, 'routes'>, scopes: string[]): string[] {
  return routes.flatMap(({ host = '', path, scopes: needed }) => {
    const missing = needed.filter((scope) => !scopes.includes(scope))
    return missing.length === 0 ? [] : [`${host}${path} (${missing.join(' ')})`]
  })
}
