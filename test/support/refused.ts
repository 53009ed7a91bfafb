import type { ExecutionContext } from 'ava'
import type { SkillRefusal } from '../../src/alexa/signatures/refuse.ts'
import { GatewayError } from '../../src/http/gateway-error.ts'

/** What a check or a promise was refused for; undefined where it wasn't. Any other error fails the test. */
export async function refusalOf(t: ExecutionContext, run: () => unknown): Promise<string | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    t.is(error.status, error.code === 'skill_request_refused' ? 400 : 503)
    return error.code === 'skill_request_refused' ? error.detail.split(': ')[0] : error.code
  }
}

/** That a check refuses for this reason. */
export async function isRefused(
  t: ExecutionContext,
  reason: SkillRefusal | 'chain_unavailable',
  run: () => unknown,
  message?: string,
): Promise<void> {
  t.is(await refusalOf(t, run), reason, message)
}
