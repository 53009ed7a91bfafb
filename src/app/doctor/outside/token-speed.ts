import { askTokenAsAmazon } from './ask-token.ts'
import { linkedClient } from './authorization-query.ts'
import type { Judged } from './judged.ts'
import { lookThere } from './look-there.ts'
import { openPage } from './open-page.ts'

/** Alexa gives up then. Milliseconds. */
export const TOKEN_LIMIT_MS = 4500
/** Where another day may be slower. Milliseconds. */
export const SLOW_MS = 2000

/** How long the token endpoint and the page to link take, through the public URL. */
export const TOKEN_SPEED = lookThere('token-speed', 'Speed from outside', async (patient, place) => {
  const { tookMs: token } = await askTokenAsAmazon(patient, place)
  const client = linkedClient(patient.config)
  if (!client) return judgeTokenSpeed({ token })
  return judgeTokenSpeed({ token, page: (await openPage(patient, place, client)).tookMs })
})

/** In milliseconds. */
export function judgeTokenSpeed({ token, page }: { token: number; page?: number }): Judged[] {
  const judged = [
    judgeOne(`a token request takes ${seconds(token)}`, token, 'fault'),
    // A person waits longer than a server.
    page === undefined ? [] : judgeOne(`the page to link takes ${seconds(page)}`, page, 'attention'),
  ].flat()
  if (judged.length > 0) return judged
  const pageToo = page === undefined ? '' : `, the page to link ${seconds(page)}`
  return [{ verdict: 'good', found: `a token request takes ${seconds(token)}${pageToo}.` }]
}

function judgeOne(found: string, tookMs: number, whenTooSlow: Judged['verdict']): Judged[] {
  if (tookMs <= SLOW_MS) return []
  return [
    {
      verdict: tookMs > TOKEN_LIMIT_MS ? whenTooSlow : 'attention',
      found: `${found}, with the connection.`,
      needs: `an answer of the token endpoint within ${TOKEN_LIMIT_MS / 1000} s.`,
      remedy:
        'is this machine short of memory or its disk slow (npx skillgate log), or the proxy or the tunnel in front? Compare with:  npx skillgate doctor --through 127.0.0.1:PORT',
    },
  ]
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
