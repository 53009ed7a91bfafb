import { isExplained } from '../is-explained.ts'
import type { AcmeOptions, AcmeOrders } from './acme-orders.ts'
import { backOff } from './back-off.ts'
import type { KeyKind } from './order.ts'
import type { OrderTries } from './order-tries.ts'
import { askAgainAfter, type RenewalWindow, renewalTime } from './renewal-time.ts'
import type { StoredCertificate } from './stored-certificate.ts'

/** However long there is nothing to do: a clock that is set, or a machine that slept, is noticed. Milliseconds. */
const LOOK_EVERY_MS = 3_600_000
const LEAST_PAUSE_MS = 1000

interface Going {
  onNew: () => void
  stopping: AbortSignal
}

/** What is known of a certificate besides what is in it. */
interface Plan {
  /** Which one this is about. */
  certificate: string
  share: number
  window?: RenewalWindow | undefined
  /** When to ask the CA again when to renew. Milliseconds since 1970. */
  askAt: number
}

export interface AcmeRenewals {
  /** Looks whether anything is due. */
  lookNow: () => void
  /** From now on orders what is due. @param onNew is told of each that came. @returns ends it. */
  begin: (onNew: () => void) => () => Promise<void>
}

export function openRenewals(
  { settings, names, authority, environment, log, sleep }: AcmeOptions,
  orders: AcmeOrders,
  tries: OrderTries,
): AcmeRenewals {
  const { now, randomBytes } = environment
  const share = () => randomBytes(4).readUInt32BE() / 2 ** 32
  const plans = new Map<KeyKind, Plan>()
  let pausing = new AbortController()
  let hasLooked = false

  function planFor(kind: KeyKind, { certificate }: StoredCertificate): Plan {
    const known = plans.get(kind)
    if (known?.certificate === certificate) return known
    const plan = { certificate, share: share(), askAt: 0 }
    plans.set(kind, plan)
    return plan
  }

  function dueAt(kind: KeyKind, stored: StoredCertificate | undefined): number {
    if (!stored || stored.missing.length > 0) return 0
    return renewalTime({ ...stored, ...planFor(kind, stored) })
  }

  async function askWhen(kind: KeyKind, { certificate }: StoredCertificate): Promise<void> {
    const plan = plans.get(kind) as Plan
    try {
      const before = plan.window
      const { window, retryAfterMs, explanation } = await authority.renewalInfo(await orders.directory(), certificate)
      plan.window = window
      plan.askAt = now() + askAgainAfter(retryAfterMs)
      if (explanation !== undefined && window && window.start !== before?.start)
        log.info({ detail: `${names[0]}: ${explanation}` }, 'the CA says why it wants a certificate renewed')
    } catch (error) {
      if (!isExplained(error)) throw error
      // It is renewed in its time, whether the CA says so or not.
      plan.askAt = now() + askAgainAfter(undefined)
      log.debug({ detail: error.message }, 'the CA does not say when to renew')
    }
  }

  async function orderNow(kinds: KeyKind[], { onNew, stopping }: Going): Promise<void> {
    try {
      await tries.attempt(async () => {
        for (const kind of kinds) {
          await orders.order([kind], stopping)
          onNew()
        }
      }, stopping)
    } catch (error) {
      if (stopping.aborted) return
      log.error({ detail: `${sentence(error)} ${await whatNow(await tries.next())}` }, 'certificate not issued')
    }
  }

  async function whatNow(next: number): Promise<string> {
    const kept = await Promise.all(settings.keys.map(orders.stored))
    const until = Math.max(0, ...kept.flatMap((one) => one?.notAfter ?? []))
    const served = until > 0 ? `What is served is good until ${iso(until)}.` : 'There is none yet.'
    return `${served} Tried again by itself at ${iso(next)}.`
  }

  /** @returns when to look again, milliseconds since 1970. */
  async function look(going: Going): Promise<number> {
    const tryAt = await tries.next()
    const kept = await Promise.all(settings.keys.map(async (kind) => ({ kind, stored: await orders.stored(kind) })))
    const due = kept.filter(({ kind, stored }) => dueAt(kind, stored) <= now()).map(({ kind }) => kind)
    if (due.length > 0 && tryAt <= now()) {
      await orderNow(due, going)
      return tries.next()
    }
    if (due.length > 0 && !hasLooked) {
      const detail = `Earlier tries failed, and a CA counts them. ${await whatNow(tryAt)} At once:  npx skillgate cert renew`
      log.warn({ detail }, 'certificate is ordered later')
    }
    hasLooked = true
    const later = kept.filter(({ kind }) => !due.includes(kind))
    for (const { kind, stored } of later)
      if (stored && planFor(kind, stored).askAt <= now()) await askWhen(kind, stored)
    const times = later.flatMap(({ kind, stored }) => [dueAt(kind, stored), plans.get(kind)?.askAt ?? Infinity])
    return Math.min(...times, due.length > 0 ? tryAt : Infinity)
  }

  /** Whatever goes wrong, also what nobody thought of: what is served stays, and it is tried again. @returns milliseconds until there is something to do. */
  async function step(going: Going): Promise<number> {
    try {
      const pause = (await look(going)) - now()
      return Math.min(Math.max(pause, LEAST_PAUSE_MS), LOOK_EVERY_MS)
    } catch (error) {
      log.error({ detail: sentence(error) }, 'certificates could not be looked after')
      return backOff({ failures: 1, share: share() })
    }
  }

  async function goOn(going: Going): Promise<void> {
    while (!going.stopping.aborted) {
      const pause = await step(going)
      pausing = new AbortController()
      await sleep(pause, AbortSignal.any([going.stopping, pausing.signal])).catch(() => {})
    }
  }

  return {
    lookNow: () => pausing.abort(),
    begin(onNew) {
      const stopping = new AbortController()
      void goOn({ stopping: stopping.signal, onNew })
      // An order that is under way ends with it, for it may take longer than anybody waits.
      return async () => stopping.abort()
    },
  }
}

/** What nobody expects is a fault of Skillgate's own: where it was belongs to it. */
function sentence(error: unknown): string {
  if (isExplained(error)) return error.message
  return `A fault of Skillgate: ${error instanceof Error ? error.stack : error}`
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
