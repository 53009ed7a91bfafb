import { openConnectionRoom } from '../../listen/connection-room.ts'
import type { GuardTools } from '../../listen/guard-connections.ts'
import type { House } from '../open-house.ts'
import type { Site } from '../open-site.ts'
import { deadlines, memoryCeiling } from './connection-limits.ts'
import type { Listeners } from './listeners.ts'
import { tellOfCuts } from './tell-of-cuts.ts'
import { type Memory, watchMemory } from './watch-memory.ts'

/** What all listeners share: the room for connections, and how long clients may take, by the configuration of now. */
export function openGuard(house: House, current: () => Site): GuardTools {
  const cuts = tellOfCuts(house.log)
  house.closing.defer(cuts.stop)
  const monotonic = () => performance.now()
  return {
    monotonic,
    proxyProtocol: () => current().config.listen.proxy_protocol,
    deadlines: () => deadlines(current().config),
    room: openConnectionRoom({
      monotonic,
      limits: () => current().connectionLimits,
      onCut(why, peer) {
        cuts.onCut(why, peer)
        house.metrics?.connectionCut(why)
      },
    }),
  }
}

/** Nothing new is taken on while there is too much in RAM, and who has nothing under way has to go. */
export function guardMemory(house: House, listeners: Pick<Listeners, 'cutIdle'>, current: () => Site): void {
  const inWords = ({ rss }: Memory) => `${Math.round(rss / 2 ** 20)} MB are in RAM`
  const { stop } = watchMemory({
    ceiling: () => memoryCeiling(current().config, house.machine),
    onTooMuch(memory) {
      if (!house.overloaded) house.log.warn({ detail: inWords(memory) }, 'too little memory: new requests get 503')
      house.overloaded = true
      listeners.cutIdle('memory')
    },
    onBack(memory) {
      house.overloaded = false
      house.log.warn({ detail: inWords(memory) }, 'enough memory again')
    },
  })
  house.closing.defer(stop)
}
