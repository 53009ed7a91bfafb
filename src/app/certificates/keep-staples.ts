import type { CertificateStore } from '../../certificates/certificate-store.ts'
import type { Staples } from '../../certificates/ocsp/staples.ts'
import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import type { Logger } from '../../telemetry/log.ts'
import { repeat, type Sleep, sleepQuietly } from '../repeat.ts'

/** How often to look which certificate's responder is due; where none is, a look costs nothing. */
const LOOK_EVERY_MS = 60_000

export interface StapleKeeper {
  staples: Staples
  store: Pick<CertificateStore, 'onChange'>
  /** All that are served. */
  certificates: () => Pick<ServerCertificate, 'certificate'>[]
  log: Pick<Logger, 'error'>
  sleep?: Sleep
}

/** Has responders asked about what is served, now and whenever that changes. @returns ends it. */
export function keepStaples({
  staples,
  store,
  certificates,
  log,
  sleep = sleepQuietly,
}: StapleKeeper): () => Promise<void> {
  const stopped = new AbortController()
  /** One look after the other. */
  let last: Promise<void> = Promise.resolve()

  function look(): Promise<void> {
    last = last
      .then(() => {
        if (!stopped.signal.aborted) staples.set(certificates())
        return staples.look(stopped.signal)
      })
      .catch((error) => log.error({ detail: String(error) }, 'asking for OCSP answers failed'))
    return last
  }

  // The store tells before `certificates` has what is new, so the look comes after this turn of the event loop.
  const stopFollowing = store.onChange(() => void setImmediate(look))
  void look()
  const stopLooking = repeat(sleep, LOOK_EVERY_MS, async () => {
    await look()
    return LOOK_EVERY_MS
  })
  return async () => {
    stopFollowing()
    stopped.abort()
    await stopLooking()
    await last
  }
}
