import type { Config } from '../../../config/schema.ts'
import { GatewayError } from '../../../http/gateway-error.ts'
import { endOfToken } from '../../../music-assistant/tokens/end-of-token.ts'
import { findOwner } from '../../../music-assistant/tokens/token-calls.ts'
import { adminWarning } from '../../music-assistant/admin-tokens.ts'
import { upstreamToken } from '../../site/secret-sources.ts'
import { StartError } from '../../start-error.ts'
import type { Patient } from '../examination.ts'
import { askUpstream, musicAssistants } from './ask-upstream.ts'
import { examinationOf } from './examination-of.ts'
import { attention, fault, good, type Seen, unseen } from './seen.ts'

const DAY_MS = 86_400_000
/** Nobody renews the gateway's own token: somebody has to be told in time. Days. */
const DAYS_LEFT_MINIMUM = 30

const NEEDS = 'a token of its own for whoever has no account there: Music Assistant lets nobody in without.'

/** The gateway's own token at each Music Assistant: good, not an administrator's, and for how long. */
export const upstreamTokens = examinationOf(
  { id: 'upstream-tokens', title: 'Tokens at Music Assistant', isLocal: true },
  async (patient) => {
    const names = musicAssistants(patient.config)
    if (names.length === 0) return [good('No upstream is of kind: music-assistant.')]
    return (await Promise.all(names.map((name) => lookAt(patient, name)))).flat()
  },
)

async function lookAt({ config, environment }: Patient, name: string): Promise<Seen[]> {
  const source = config.upstreams[name]?.token
  if (!source) return [withoutToken(config, name)]
  try {
    const token = await upstreamToken(source, name)
    const owner = await askUpstream(config, name, (call) => findOwner(call, token))
    if (!owner)
      return [fault(`${name} does not know upstreams.${name}.token (401).`, { needs: NEEDS, remedy: renew(name) })]
    return judge(name, owner, (endOfToken(token, environment.now()) ?? Number.POSITIVE_INFINITY) - environment.now())
  } catch (error) {
    if (error instanceof StartError) return [fault(error.message, { needs: NEEDS })]
    if (error instanceof GatewayError) return [unseen(`Whose the token is can't be asked: ${error.detail}.`)]
    throw error
  }
}

/** Pure: what of a token that is good is not as it should be. @param leftMs until it ends; for ever where nobody knows. */
export function judge(name: string, owner: { name: string; role: string }, leftMs: number): Seen[] {
  const days = Math.floor(leftMs / DAY_MS)
  const whose = `upstreams.${name}.token is that of ${owner.name} (${owner.role})`
  const admin = adminWarning(name, owner)
  const seen: Seen[] = []
  if (admin !== undefined) {
    const needs = 'no more than to play: what a token may do, everybody may who has linked.'
    seen.push(attention(admin, { needs, remedy: renew(name) }))
  }
  if (days < DAYS_LEFT_MINIMUM)
    seen.push(attention(`${whose}, and ends in ${days} days.`, { needs: NEEDS, remedy: renew(name) }))
  if (seen.length > 0) return seen
  return [good(`${whose}${Number.isFinite(days) ? `, and good for ${days} days` : ''}.`)]
}

/** People with accounts of their own need none. */
function withoutToken({ users }: Config, name: string): Seen {
  if (users.upstream === name) return good(`People act at ${name} with accounts of their own; it has no other token.`)
  return fault(`upstreams.${name} has no token, and nobody has an account of their own there: it answers 401 to all.`, {
    needs: NEEDS,
    remedy: `${renew(name)}; or let people sign in with their accounts there: users: { source: music-assistant, upstream: ${name} }`,
  })
}

function renew(name: string): string {
  return `make a long-lived token in the profile settings of an ordinary user of Music Assistant, write it into the file that upstreams.${name}.token names, then:  npx skillgate reload`
}
