import type { Config } from '../../config/schema.ts'
import { openTurns } from '../../limits/in-turn.ts'
import { wantedCertificates } from '../certificates/wanted-certificates.ts'
import type { Listeners, PreparedListeners } from '../listening/listeners.ts'
import type { House } from '../open-house.ts'
import { closeSite, openSite, type Site } from '../open-site.ts'
import { StartError } from '../start-error.ts'

export interface ReloadTools {
  house: House
  listeners: Listeners
  current: () => Site
  swapSite: (next: Site) => void
  /** Gives links the end that the configuration says. @throws StorageError */
  date: () => Promise<unknown>
}

export interface Reloader {
  /** @throws ConfigError, StartError, CertificateError, StorageError, or an error of Node's; then nothing has changed. */
  reload: (config: Config) => Promise<void>
  /** Resolves when none is under way. */
  settled: () => Promise<void>
}

/** Puts one configuration in the place of another, one reload after the other. A broken one changes nothing. */
export function reloader({ house, listeners, current, swapSite, date }: ReloadTools): Reloader {
  const inTurn = openTurns()

  async function reload(config: Config): Promise<void> {
    if (house.phase === 'stopping') throw new StartError('Skillgate is stopping.')
    const certificates = await house.certificateKeeper.prepare(wantedCertificates(config))
    const next = await openSite(house, config, current())
    let prepared: PreparedListeners
    try {
      prepared = await listeners.prepare(config)
      certificates.commit()
    } catch (error) {
      await closeUnserved(next, current())
      throw error
    }
    // From here on nothing is waited for, and nothing can fail.
    prepared.commit()
    swapSite(next)
    house.audit({ event: 'reloaded' })
    // The configuration is in force; what can't be dated now is when the clock is looked at next.
    await date().catch((error) => house.log.error({ detail: String(error) }, 'dating links failed'))
  }

  return {
    reload: (config) => inTurn(() => reload(config)),
    settled: () => inTurn(async () => {}),
  }
}

/** What the site that is served has too stays open. */
function closeUnserved(next: Site, served: Site): Promise<void> {
  const own = new Map([...next.upstreams].filter(([key]) => !served.upstreams.has(key)))
  return closeSite({ ...next, upstreams: own }, undefined)
}
