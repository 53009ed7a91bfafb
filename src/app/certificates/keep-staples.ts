import type { CertificateStore } from '../../certificates/certificate-store.ts'
import type { Staples } from '../../certificates/ocsp/staples.ts'
import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import { openTurns } from '../../limits/in-turn.ts'
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
  const inTurn = openTurns()

  function look(): Promise<void> {
    return inTurn(async () => {
      if (!stopped.signal.aborted) staples.set(certificates())
      await staples.look(stopped.signal)
    }).catch((error) => log.error({ detail: String(error) }, 'asking for OCSP answers failed'))
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
    await inTurn(async () => {})
  }
}
