import type { Config } from '../config/schema.ts'
import type { Listeners } from './listeners.ts'
import type { House } from './open-house.ts'
import { closeSite, openSite, type Site } from './open-site.ts'

export interface ReloadTools {
  house: House
  listeners: Listeners
  current: () => Site
  swapSite: (next: Site) => void
}

/** Puts one configuration in the place of another, one reload after the other. A broken one changes nothing. */
export function reloader({ house, listeners, current, swapSite }: ReloadTools): (config: Config) => Promise<void> {
  let running: Promise<unknown> = Promise.resolve()

  async function reload(config: Config): Promise<void> {
    const next = await openSite(house, config, current())
    try {
      const prepared = await listeners.prepare(config)
      swapSite(next)
      prepared.commit()
    } catch (error) {
      await closeUnserved(next, current())
      throw error
    }
    house.audit({ event: 'reloaded' })
  }

  return (config) => {
    const done = running.then(() => reload(config))
    done.then(
      () => house.metrics?.reloaded('success'),
      () => house.metrics?.reloaded('failure'),
    )
    running = done.catch(() => {})
    return done
  }
}

/** What the site that is served has too stays open. */
function closeUnserved(next: Site, served: Site): Promise<void> {
  const own = new Map([...next.upstreams].filter(([key]) => !served.upstreams.has(key)))
  return closeSite({ ...next, upstreams: own }, undefined)
}
