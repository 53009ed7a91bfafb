import { CertificateError } from '../../certificates/certificate-error.ts'
import type { Challenges } from '../../certificates/challenges.ts'
import { isObject } from '../../http/is-object.ts'
import { parseJson } from '../../http/parse-json.ts'
import type { ReloadOutcome } from '../reloading/watch-configuration.ts'
import { type Sleep, sleepQuietly } from '../repeat.ts'

/** What a command of another process has asked a CA to look for here; without a key authorization, it is shown no longer. */
export interface LentChallenge {
  type: 'http-01' | 'tls-alpn-01'
  /** The token, or the name. */
  key: string
  keyAuthorization?: string
}

/** A challenge is shown no longer than this: the command may have been killed before it removed it. */
const LENT_MS = 600_000

/** @returns shows or removes a `LentChallenge` that comes as JSON, from a process that may use the control socket. */
export function lendChallenges(
  challenges: Challenges,
  sleep: Sleep = sleepQuietly,
): (lent: string) => Promise<ReloadOutcome> {
  /** Stops the timer of each challenge, by its key. */
  const lent = new Map<string, AbortController>()

  async function put({ type, key, keyAuthorization = '' }: LentChallenge): Promise<void> {
    if (type === 'http-01') return challenges.put(key, keyAuthorization)
    await challenges.putAlpn(key, keyAuthorization)
  }

  function remove({ type, key }: LentChallenge): void {
    lent.get(key)?.abort()
    lent.delete(key)
    if (type === 'http-01') challenges.remove(key)
    else challenges.removeAlpn(key)
  }

  return async function lend(text) {
    const wanted = parseJson(text)
    if (!isLent(wanted)) return { ok: false, lines: ['The running gateway is of another version: restart it.'] }
    try {
      if (wanted.keyAuthorization === undefined) remove(wanted)
      else {
        await put(wanted)
        const ending = new AbortController()
        lent.get(wanted.key)?.abort()
        lent.set(wanted.key, ending)
        sleep(LENT_MS, ending.signal).then(
          () => remove(wanted),
          () => {},
        )
      }
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error
      return { ok: false, lines: [error.message] }
    }
    return { ok: true, lines: [] }
  }
}

function isLent(value: unknown): value is LentChallenge {
  if (!isObject(value) || typeof value.key !== 'string') return false
  const { type, keyAuthorization } = value
  if (type !== 'http-01' && type !== 'tls-alpn-01') return false
  return keyAuthorization === undefined || typeof keyAuthorization === 'string'
}
