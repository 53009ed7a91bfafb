import type { Command } from './command.ts'

/** A music library and the players, in the forms of `ProviderInstance` and `ProviderManifest`. */
const providers = [
  { type: 'music', domain: 'builtin', name: 'Library', instance_id: 'builtin', is_streaming_provider: false },
  { type: 'player', domain: 'alexa', name: 'Alexa', instance_id: 'alexa', is_streaming_provider: null },
].map((one) => ({ ...one, lookup_key: one.instance_id, supported_features: [], available: true }))

const manifests = providers.map(({ type, domain, name }) => {
  return { type, domain, name, description: `${name} of the stand-in`, codeowners: [] }
})

/** What clients ask for first, besides players and queues. */
export const providerCommands: Record<string, Command> = {
  providers: { scope: 'providers.read', run: () => providers },
  'providers/manifests': { scope: 'providers.read', run: () => manifests },
  'dashboard/dashboards': { since: 77, run: () => [] },
  'dashboard/sessions': { since: 77, run: () => [] },
}
