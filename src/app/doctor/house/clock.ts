import { networkInterfaces } from 'node:os'
import { GatewayError } from '../../../http/gateway-error.ts'
import { rawHeader } from '../../../http/raw-headers.ts'
import { watchClock } from '../../../store/watch-clock.ts'
import { RELEASED_AT } from '../../released-at.ts'
import { StartError } from '../../start-error.ts'
import type { Patient } from '../examination.ts'
import { askUpstream } from './ask-upstream.ts'
import { dateElsewhere } from './date-elsewhere.ts'
import { examinationOf } from './examination-of.ts'
import { attention, fault, good, type Seen, unseen } from './seen.ts'
import { withRecords } from './with-records.ts'

/** Requests of Alexa's are refused that are dated 150 s from now; a clock that is off by this has nobody who sets it. */
const OFFSET_LIMIT_MS = 30_000
/** For anything to be answered. */
const TIMEOUT_MS = 3000

const ADVICE = {
  needs: 'the time to half a minute: signed requests are dated, and tokens and certificates end by the clock.',
  remedy: 'see whether anybody sets the clock, and have it set:  timedatectl; sudo timedatectl set-ntp true',
}

/** What another clock shows. */
export interface ClockReading {
  /** Whose it is. */
  name: string
  /** By how many milliseconds this machine's is ahead of it. */
  aheadMs: number
  /** Whether it is this machine's own, and so can't tell. */
  isOwn: boolean
}

/** The clock, held against what the gateway remembers of it, and against those of other machines. Its zone is of no matter. */
export const clock = examinationOf({ id: 'clock', title: 'Clock', isLocal: true }, async (patient) => {
  const doubts = await lookAtRecord(patient)
  if (doubts.length > 0) return doubts
  return judge(await readClocks(patient))
})

/** What the gateway remembers of it. Where there is no database yet, nothing. */
function lookAtRecord({ config, environment }: Patient): Promise<Seen[]> {
  const { now, monotonic = () => performance.now() } = environment
  return withRecords({ config, environment }, async (store) => {
    const seenAt = (await store.get('clock', 'seen'))?.seenAt
    const doubt = watchClock({ now, monotonic, seenAt, releasedAt: RELEASED_AT }).doubt()
    if (!doubt) return []
    return [(doubt.impossible ? fault : attention)(`The clock is in doubt: ${doubt.detail}.`, ADVICE)]
  }).then((seen) => seen.filter(({ verdict }) => verdict !== 'unseen'))
}

/** Pure: what other clocks say of this one. @param readings none where nobody has answered. */
export function judge(readings: ClockReading[]): Seen[] {
  if (readings.length === 0) return [unseen('Nobody answered with the time.', ADVICE)]
  const wrong = readings.filter(({ aheadMs }) => Math.abs(aheadMs) > OFFSET_LIMIT_MS)
  if (wrong.length > 0) return wrong.map((one) => fault(`The clock is ${inWords(one)}.`, ADVICE))
  const others = readings.filter(({ isOwn }) => !isOwn).map(({ name }) => name)
  if (others.length > 0) return [good(`It agrees with that of ${others.join(' and ')}.`)]
  return [good('Nothing speaks against it; all that could be asked is on this machine.')]
}

function inWords({ name, aheadMs }: ClockReading): string {
  return `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} that of ${name}`
}

async function readClocks(patient: Patient): Promise<ClockReading[]> {
  const { config, environment, ways, reach } = patient
  // A gateway that this machine alone can reach has no business out there.
  const asksElsewhere = reach === 'everything' && !isThisMachine(config.public_url)
  const elsewhere = asksElsewhere ? (ways.clocks ?? []) : []
  const readings = await Promise.all([
    ...Object.entries(config.upstreams).map(([name, { url }]) =>
      readClock(environment, name, isThisMachine(url), () => dateOfUpstream(patient, name)),
    ),
    ...elsewhere.map((url) => readClock(environment, new URL(url).host, false, () => dateElsewhere(url, ways.roots))),
  ])
  return readings.filter((one) => one !== undefined)
}

async function readClock(
  { now }: Patient['environment'],
  name: string,
  isOwn: boolean,
  ask: () => Promise<string | undefined>,
): Promise<ClockReading | undefined> {
  const asked = now()
  const date = await ask().catch(() => undefined)
  const shown = Date.parse(date ?? '')
  if (Number.isNaN(shown)) return undefined
  // A header has whole seconds, and was written somewhere between the two.
  return { name, isOwn, aheadMs: (asked + now()) / 2 - (shown + 500) }
}

async function dateOfUpstream({ config }: Patient, name: string): Promise<string | undefined> {
  try {
    const call = { method: 'GET', path: '/info', timeoutMs: TIMEOUT_MS } as const
    const { rawHeaders } = await askUpstream(config, name, (ask) => ask(call))
    return rawHeader(rawHeaders, 'date')
  } catch (error) {
    if (error instanceof GatewayError || error instanceof StartError) return undefined
    throw error
  }
}

function isThisMachine(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  if (host === 'localhost' || host.startsWith('127.') || host === '::1') return true
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host))
}
