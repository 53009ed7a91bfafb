import { echoPlayers } from '../../alexa/skill/echo-players.ts'
import { skillEndpoint } from '../../alexa/skill/skill-endpoint.ts'
import type { Config } from '../../config/schema.ts'
import { readAccess } from '../../gateway/access/access.ts'
import type { EndpointDestination } from '../../gateway/routes/destination.ts'
import type { Upstream } from '../../gateway/upstreams/upstream.ts'
import type { Endpoint } from '../../http/answer.ts'
import type { AllowCommand } from '../../music-assistant/command.ts'
import { musicAssistantCalls } from '../music-assistant/music-assistant-calls.ts'
import type { House } from '../open-house.ts'

/** Where the built-in skill answers, where the configuration has one. @param upstreams by their names, as are the policies. */
export function skillDestinations(
  { store, environment }: Pick<House, 'store' | 'environment'>,
  { alexa: { skill }, oauth }: Config,
  { upstreams, policies }: { upstreams: Map<string, Upstream>; policies: ReadonlyMap<string, { allow: AllowCommand }> },
): EndpointDestination[] {
  if (!skill) return []
  // The configuration has seen to it that both are there.
  const upstream = upstreams.get(skill.upstream) as Upstream
  const { allow } = policies.get(skill.upstream) as { allow: AllowCommand }
  const { now, monotonic = () => performance.now() } = environment
  const handle = skillEndpoint({
    callsFor: musicAssistantCalls({ upstream, allow, monotonic }),
    echoes: echoPlayers(store, now),
    players: skill.players,
  })
  // Whoever has linked nothing is told so by the skill, in words.
  const access = readAccess({
    auth: 'alexa-skill',
    skill_ids: skill.ids,
    account: 'optional',
    scopes: [],
  })
  return [
    {
      kind: 'endpoint',
      path: `${oauth.base_path}/skill`,
      methods: ['POST'],
      access,
      handle: keepOpen(upstream, handle),
    },
  ]
}

/** A reload closes no connections of an upstream while somebody's request is still on its way there. */
function keepOpen(upstream: Upstream, handle: Endpoint): Endpoint {
  return async (request, path) => {
    const release = upstream.lease()
    try {
      return await handle(request, path)
    } finally {
      release()
    }
  }
}
