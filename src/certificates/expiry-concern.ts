import { type BroughtBy, renewedFrom } from './renewed-from.ts'
import { DAY, dayOf, type ServerCertificate } from './server-certificate.ts'

/** A certificate nears its end, and whoever should have renewed it hasn't. */
export interface ExpiryConcern {
  /** Whether it is about to end. */
  isUrgent: boolean
  /** What is so, for anybody. */
  words: string
  /** What to do, for whoever looks after the gateway. */
  remedy: string
}

/** Of the time for renewals: others look twice a day, and the gateway itself has its pauses between attempts. */
const GRACE = { others: 1 / 20, own: 1 / 4 }
/** Of the time for renewals: a tenth of the lifetime. */
const URGENT_IN_LAST = 3 / 10
const HOUR = 3_600_000

/**
 * Whether somebody should look after a certificate. One that somebody else keeps fresh should have been renewed when a third
 * of its life is left; one that the gateway renews itself is a concern only when that must have failed for a while.
 * @param now milliseconds since 1970
 */
export function expiryConcern(
  { names, notBefore, notAfter }: Pick<ServerCertificate, 'names' | 'notBefore' | 'notAfter'>,
  source: BroughtBy,
  now: number,
): ExpiryConcern | undefined {
  const left = notAfter - now
  const toRenew = notAfter - renewedFrom(source, { notBefore, notAfter })
  const grace = source === 'files' ? GRACE.others : GRACE.own
  if (left >= toRenew * (1 - grace)) return undefined
  const end = left > 0 ? `expires in ${durationOf(left)}` : 'has expired'
  return {
    isUrgent: left < toRenew * URGENT_IN_LAST,
    words: `The certificate for ${names[0] ?? 'no name'} ${end}, on ${dayOf(notAfter)}, and has not been renewed`,
    remedy: REMEDIES[source],
  }
}

const REMEDIES: Record<BroughtBy, string> = {
  files:
    'Look at what should renew it, such as "systemctl status certbot.timer" and "certbot renew --dry-run", and whether it writes the files that stand under tls.',
  acme: 'Skillgate tries again and again: earlier lines of the log say what stands in the way.',
  local: 'Skillgate tries each hour: earlier lines of the log say what stands in the way.',
}

function durationOf(milliseconds: number): string {
  if (milliseconds < HOUR) return 'less than an hour'
  const [amount, unit] =
    milliseconds >= 2 * DAY ? [Math.floor(milliseconds / DAY), 'day'] : [Math.floor(milliseconds / HOUR), 'hour']
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`
}
