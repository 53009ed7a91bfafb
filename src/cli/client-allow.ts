import { registrableScopes } from '../app/site/load-registration.ts'
import { closeRegistrationWindow, openRegistrationWindow } from '../oauth/clients/registered/registration-window.ts'
import { CommandError } from './command-error.ts'
import { localTime } from './local-time.ts'
import { outOfReach } from './out-of-reach.ts'
import { withStore } from './with-store.ts'
import type { World } from './world.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export interface AllowOptions {
  /** As it was typed: `10m`, `2h`. */
  for?: string
  stop?: boolean
}

/** `skillgate client allow --for 10m`, `skillgate client allow --stop`: whether any client may register itself now. */
export async function clientAllow(world: World, options: AllowOptions): Promise<number> {
  if ((options.for === undefined) === !options.stop) {
    throw new CommandError('Say either: skillgate client allow --for 10m, or: skillgate client allow --stop')
  }
  const forMs = options.for === undefined ? undefined : readDuration(options.for)
  return withStore(world, async ({ config, store, audit }) => {
    if (forMs === undefined) {
      const wasOpen = await closeRegistrationWindow(store)
      if (wasOpen) audit({ event: 'registration_closed', detail: 'by the command' })
      world.print(
        wasOpen ? 'From now on no client registers itself any more.' : 'No client was allowed to register itself.',
      )
      if (config.oauth.registration.open) world.print('But oauth.registration.open lets any client, at any time.')
      return
    }
    const until = await openRegistrationWindow(store, world.now(), forMs)
    audit({ event: 'registration_opened', detail: `by the command, until ${new Date(until).toISOString()}` })
    world.print(`Until ${localTime(until)} any client can register itself at ${config.public_url}. Connect yours now.`)
    const scopes = registrableScopes(config.oauth)
    world.print(`Each may ask people for: ${scopes.join(' ') || 'nothing'}`)
    const closed = outOfReach(config, scopes)
    if (closed.length > 0)
      world.print(
        `That is too little for ${closed.join(', ')}. If one is meant: oauth.registration.scopes in gateway.yaml`,
      )
    world.print('Whoever is approved within a day stays. To end this sooner:  npx skillgate client allow --stop')
  })
}

/** @returns milliseconds. */
function readDuration(typed: string): number {
  const [, digits, unit] = /^(\d{1,4})([mh])$/.exec(typed) ?? []
  const duration = Number(digits) * (unit === 'h' ? HOUR_MS : MINUTE_MS)
  if (duration >= MINUTE_MS && duration <= DAY_MS) return duration
  throw new CommandError(`--for takes minutes or hours from 1m to 24h, as in 10m or 2h; not "${typed}".`)
}
