import { setTimeout as sleep } from 'node:timers/promises'
import type { Authorization, Order } from './acme-connection.ts'
import { type Problem, reasonOf, sayProblem } from './explain-acme-error.ts'
import { OrderError } from './order.ts'
import { askAgainMs, type Ordering } from './ordering.ts'
import { showChallenge } from './show-challenge.ts'

const ASKED_AT_MOST = 150

/** As the CA sends it; acme-client's type knows only two kinds. */
export interface Challenge {
  type: string
  url: string
  token: string
  status: string
  error?: Problem
}

/**
 * Shows the CA that the names are ours. All challenges are up before it looks at the first: a name and its wildcard have
 * theirs in the same place of the DNS.
 * @throws OrderError with what the CA found instead.
 */
export async function proveNames(ordering: Ordering, order: Order): Promise<void> {
  const { request, ways, connection, client } = ordering
  const all = await connection.attempt('What is to be proven could not be asked', () => client.getAuthorizations(order))
  const open = all.filter(({ status }) => status !== 'valid')
  const proven = all.filter(({ status }) => status === 'valid').map(nameOf)
  if (proven.length > 0) ways.tell(`Proven before, and still good: ${proven.join(', ')}.`)

  await using shown = new AsyncDisposableStack()
  const begun: { authorization: Authorization; challenge: Challenge }[] = []
  for (const authorization of open) {
    const challenge = challengeOf(authorization, request.challenge)
    const value = await client.getChallengeKeyAuthorization(challenge as never)
    ways.tell(`Showing by ${request.challenge} that ${nameOf(authorization)} is ours.`)
    const { value: name } = authorization.identifier
    shown.defer(await showChallenge(ways, request.challenge, { name, token: challenge.token, value }))
    begun.push({ authorization, challenge })
  }
  for (const { authorization, challenge } of begun) {
    if (challenge.status !== 'pending') continue
    const doing = `The CA could not be asked to look at ${nameOf(authorization)}`
    await connection.attempt(doing, () => client.completeChallenge(challenge as never))
  }
  for (const { authorization } of begun) {
    await untilValid(ordering, authorization)
    ways.tell(`The CA has seen that ${nameOf(authorization)} is ours.`)
  }
}

function nameOf({ identifier, wildcard }: Authorization): string {
  return wildcard ? `*.${identifier.value}` : identifier.value
}

/** @throws OrderError */
function challengeOf(authorization: Authorization, wanted: string): Challenge {
  const challenges = authorization.challenges as unknown as Challenge[]
  const found = challenges.find(({ type }) => type === wanted)
  if (found) return found
  const offered = challenges.map(({ type }) => type).join(', ')
  throw new OrderError(
    `For ${nameOf(authorization)} the CA takes ${offered}, and not ${wanted}: change "tls.challenge".`,
  )
}

/** @throws OrderError */
async function untilValid({ request, connection, client }: Ordering, { url, ...asked }: Authorization): Promise<void> {
  const name = nameOf({ url, ...asked })
  const { host } = new URL(request.directory)
  for (let tried = 0; tried < ASKED_AT_MOST; tried++) {
    if (tried > 0) await sleep(askAgainMs(connection))
    const [authorization] = await connection.attempt(`Whether ${name} is proven could not be asked`, () =>
      client.getAuthorizations({ authorizations: [url] } as Order),
    )
    if (authorization?.status === 'valid') return
    if (authorization?.status === 'pending') continue
    const challenges = (authorization?.challenges ?? []) as unknown as Challenge[]
    const error = challenges.find((one) => one.error)?.error
    const problem = error ?? { detail: `the authorization is ${authorization?.status}` }
    throw new OrderError(`${name} was not proven by ${request.challenge}: ${sayProblem(host, problem)}`, {
      reason: reasonOf(problem),
    })
  }
  throw new OrderError(`${host} did not look at ${name} in time.`)
}
