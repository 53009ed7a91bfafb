import type { Config } from '../../config/schema.ts'

/** Whether people act with their own tokens at an upstream of this name, where they have an account there. */
export function isPersonal({ upstreams, users }: Pick<Config, 'upstreams' | 'users'>, name: string): boolean {
  return users.upstream === name || upstreams[name]?.kind === 'music-assistant'
}
