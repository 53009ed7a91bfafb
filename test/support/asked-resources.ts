import type { AskedResources } from '../../src/gateway/access/asked-resources.ts'
import { coversResource } from '../../src/http/covers-resource.ts'

/** What is asked for is called by its path, for the tests of single steps. */
export function askedResources(origin = 'https://home.example'): AskedResources {
  return {
    covers: (granted, { record }) => coversResource(granted, `${origin}${record.path}`),
    metadataOf: ({ record }) => `${origin}/.well-known/oauth-protected-resource${record.path}`,
  }
}
