import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Guarded } from './guarded.ts'
import { type FarEnds, readFarEnds } from './read-far-ends.ts'

/** Milliseconds, but for the rate. */
export interface Deadlines {
  /** For a client to take something of what is sent to it. */
  sendMs: number
  /** Bytes a second that a body has to come with. */
  uploadRate: number
  /** By how much a body may be behind that. */
  uploadGraceMs: number
}

const SWEEP_MS = 1000
/** From the first packet to the end of the handshake; the signature itself may have to wait for its turn. */
const HANDSHAKE_MS = 10_000
/** When many are open, nobody has longer than this part. */
const WHEN_TIGHT = 1 / 4
/** Node's own time for a connection without a request, of which the same part is left then. */
const IDLE_MS = 30_000
/** Every so many sweeps the kernel is asked who has left, and it is believed the second time. */
const LOOK_EVERY = 2

export interface SweepTools {
  all: () => Iterable<Guarded>
  isTight: () => boolean
  deadlines: () => Deadlines
  /** Milliseconds in which somebody was there to be seen. */
  attentive: () => number
  /** Answers what is still to be answered, and ends the connection. */
  tooSlow: (speaker: Socket) => void
}

/** One timer for all connections of a listener, not one for each. */
export function sweepConnections({ all, isTight, deadlines, attentive, tooSlow }: SweepTools): { stop: () => void } {
  let sweeps = 0
  let looking = false
  let last = attentive()

  function sweep(): void {
    const now = attentive()
    const passed = now - last
    last = now
    const part = isTight() ? WHEN_TIGHT : 1
    const { sendMs, uploadRate, uploadGraceMs } = deadlines()
    const unheard: Guarded[] = []
    for (const one of all()) {
      const { speaker, stage } = one
      if (stage !== 'open' || speaker === undefined) {
        if (now - one.openedAt >= HANDSHAKE_MS * part)
          one.cut(stage === 'proxy header' ? 'late proxy header' : 'silent')
      } else if (isStuck(one, speaker, now, sendMs * part)) one.cut('not reading')
      else if (isIdleTooLong(one, now, isTight() ? IDLE_MS * part : Number.POSITIVE_INFINITY)) one.cut('idle')
      else if (isBehind(one, speaker, passed, uploadRate, uploadGraceMs * part)) tooSlow(speaker)
      else if (isUnheard(one, speaker)) unheard.push(one)
      else one.pace.goneTimes = 0
    }
    sweeps++
    if (unheard.length > 0 && sweeps % LOOK_EVERY === 0) look(unheard)
  }

  /** Where nobody reads from a connection, Node doesn't notice its end. */
  async function look(unheard: Guarded[]): Promise<void> {
    if (looking) return
    looking = true
    const ends = await readFarEnds()
    looking = false
    if (ends) for (const one of unheard) cutIfGone(one, ends)
  }

  // After what has come meanwhile has been read: timers come before it.
  const timer = setInterval(() => setImmediate(sweep), SWEEP_MS).unref()
  return { stop: () => clearInterval(timer) }
}

/** Whether something waits for the client, and it took nothing of it for so long. */
function isStuck({ pace }: Guarded, speaker: Socket, now: number, sendMs: number): boolean {
  const waits = speaker.writableLength
  const taken = speaker.bytesWritten - waits
  if (waits === 0 || taken !== pace.taken) {
    pace.taken = taken
    pace.stuckSince = waits === 0 ? undefined : now
    return false
  }
  pace.stuckSince ??= now
  return now - pace.stuckSince >= sendMs
}

function isIdleTooLong({ pace, connection }: Guarded, now: number, idleMs: number): boolean {
  if (!connection || connection.exchange) {
    pace.idleSince = undefined
    return false
  }
  pace.idleSince ??= now
  return now - pace.idleSince >= idleMs
}

/** The body that is still coming, if any. */
function comingBody({ connection }: Guarded): Readable | undefined {
  const exchange = connection?.exchange
  return exchange && !exchange.complete && !exchange.upgrade ? (exchange.body ?? undefined) : undefined
}

/** It isn't the client's fault then: the upstream takes no more, or it isn't decided yet who gets it. */
function isHeldBack(body: Readable): boolean {
  return body.isPaused() || body.readableLength >= body.readableHighWaterMark
}

/** Only the time counts in which there was somebody to take what comes; each byte makes up for some. */
function isBehind(one: Guarded, speaker: Socket, passed: number, rate: number, graceMs: number): boolean {
  const { pace } = one
  const came = speaker.bytesRead - pace.came
  pace.came = speaker.bytesRead
  const body = comingBody(one)
  if (pace.upload !== body) {
    pace.upload = body
    pace.lostMs = 0
    return false
  }
  if (!body || one.connection?.answeredEarly?.complete === false) return false
  const waited = isHeldBack(body) ? 0 : passed
  pace.lostMs = Math.max(0, pace.lostMs + waited - (came * 1000) / rate)
  return pace.lostMs >= graceMs
}

/** Whether nobody reads from it, so that its end would go unnoticed. */
function isUnheard(one: Guarded, speaker: Socket): boolean {
  const body = comingBody(one)
  return body ? isHeldBack(body) : speaker.isPaused()
}

function cutIfGone(one: Guarded, ends: FarEnds): void {
  const { pace, speaker } = one
  if (!speaker || !isUnheard(one, speaker) || !ends.isGone(one.socket)) {
    pace.goneTimes = 0
    return
  }
  pace.goneTimes++
  if (pace.goneTimes >= 2) one.cut('left')
}
