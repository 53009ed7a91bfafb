import type { AskedResources } from '../../src/gateway/access/asked-resources.ts'

/** What is asked for is called by its path, for the tests of single steps. */
export function askedResources(origin = 'https://home.example'): AskedResources {
  return {
    identify: ({ record }) => `${origin}${record.path}`,
    metadataOf: ({ record }) => `${origin}/.well-known/oauth-protected-resource${record.path}`,
  }
}
