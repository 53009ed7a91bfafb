import { once } from 'node:events'
import { request } from 'node:https'

/** Nobody waits longer for a clock. Milliseconds. */
const TIMEOUT_MS = 4000

/** The `Date` that a server elsewhere puts on whatever it answers. @throws an error of Node's where it doesn't answer. */
export async function dateElsewhere(url: string, roots: readonly string[]): Promise<string | undefined> {
  const sent = request(url, { method: 'HEAD', agent: false, timeout: TIMEOUT_MS, ca: roots.join('\n') })
  sent.once('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
  sent.end()
  const [response] = await once(sent, 'response')
  response.resume()
  return response.headers.date
}
