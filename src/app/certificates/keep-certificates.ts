import { isDeepStrictEqual } from 'node:util'
import { CertificateError } from '../../certificates/certificate-error.ts'
import type { CertificateSource } from '../../certificates/certificate-source.ts'
import type { CertificateStore } from '../../certificates/certificate-store.ts'
import { type ExpiryConcern, expiryConcern } from '../../certificates/expiry-concern.ts'
import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import { openTurns } from '../../limits/in-turn.ts'
import type { Logger } from '../../telemetry/log.ts'
import { type FileWatcher, type WatchOptions, watchFiles } from '../reloading/watch-files.ts'
import { repeat, type Sleep, sleepQuietly } from '../repeat.ts'
import { expiryReminder } from './remind-of-expiry.ts'
import { type Renewal, renewSource } from './renew-source.ts'
import { standIns } from './stand-ins.ts'
import type { WantedCertificates } from './wanted-certificates.ts'

/** Often enough for certificates that live for days. Milliseconds. */
const LOOK_EVERY_MS = 3_600_000
/** What is wrong may be half written, or one of two files that are replaced one after the other. */
const SETTLE_MS = 5_000
/** Something that is written all the time is spoken of all the same. */
const SETTLE_LIMIT = 12

export interface KeeperTools {
  store: Pick<CertificateStore, 'push' | 'replace'>
  open: (wanted: WantedCertificates) => CertificateSource
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Milliseconds since 1970. */
  now: () => number
  /** Is told of each replacement, and of each time that one came to nothing. */
  onTried?: (source: string, result: 'success' | 'failure') => void
  sleep?: Sleep
  watching?: WatchOptions
}

/** Keeps what is served and what the sources have the same, for as long as the gateway runs. */
export interface CertificateKeeper {
  /**
   * Opens the sources that are wanted and aren't there yet, and has all of them load.
   * @throws CertificateError, StorageError; then nothing has changed.
   */
  prepare: (wanted: WantedCertificates[]) => Promise<PreparedCertificates>
  /** All that is served, that of the first source first. */
  certificates: () => ServerCertificate[]
  /** Those of them that end soon though they should have been renewed. */
  concerns: () => ExpiryConcern[]
  /** Renews those that are meant at once, one source after the other, and serves what came. Never rejects for what they say. */
  renew: (isMeant: (wanted: WantedCertificates) => boolean) => Promise<Renewal[]>
  /** From now on looks after changes and renewals. @returns ends it. */
  tend: () => () => Promise<void>
}

export interface PreparedCertificates {
  /** What would be served. */
  certificates: ServerCertificate[]
  /** Serves them from the next handshake on. @throws CertificateError; then nothing has changed. */
  commit: () => void
}

interface Held {
  wanted: WantedCertificates
  source: CertificateSource
  /** What is served for it: what it has brought, or what was there before while it has nothing. */
  certificates: ServerCertificate[]
  hasOwn: boolean
  /** What was said last, so that it is said once. */
  trouble?: string | undefined
  /** How often what is wrong was left to settle, and how to stop waiting for that. */
  doubts: number
  stopSettling?: (() => void) | undefined
  stop?: (() => Promise<void>) | undefined
}

export function openCertificateKeeper({
  store,
  open,
  log,
  now,
  onTried,
  sleep = sleepQuietly,
  watching,
}: KeeperTools): CertificateKeeper {
  let held: Held[] = []
  let watcher: FileWatcher | undefined
  let isTended = false
  const remind = expiryReminder(log, now)
  const inTurn = openTurns()
  const renewInTurn = openTurns()

  async function prepare(wanted: WantedCertificates[]): Promise<PreparedCertificates> {
    const next: Held[] = []
    for (const one of wanted) {
      const known = held.find((other) => isDeepStrictEqual(other.wanted, one))
      if (known) await load(known)
      next.push(known ?? (await hold(one)))
    }
    const gone = held.filter((one) => !next.includes(one))
    const before = gone.flatMap(({ certificates }) => certificates)
    for (const [index, one] of next.entries()) {
      if (one.hasOwn) continue
      const { names } = one.wanted
      one.certificates = standIns([...one.certificates, ...before], { names, isFirst: index === 0, now: now() })
    }
    return {
      certificates: next.flatMap(({ certificates }) => certificates),
      commit() {
        store.replace(new Map(next.map(({ wanted: { name }, certificates }) => [name, certificates])))
        const added = next.filter((one) => !held.includes(one))
        held = next
        for (const one of gone) end(one)
        for (const one of added) warn(one)
        remind(concerns())
        if (isTended) {
          for (const one of added) begin(one)
          void watcher?.set(files())
        }
      },
    }
  }

  async function hold(wanted: WantedCertificates): Promise<Held> {
    const source = open(wanted)
    const certificates = await source.load()
    return { wanted, source, certificates, hasOwn: certificates.length > 0, doubts: 0 }
  }

  /** @throws CertificateError, StorageError; then what it had stays. */
  async function load(one: Held): Promise<void> {
    const certificates = await one.source.load(one.hasOwn ? one.certificates : undefined)
    const isNew = certificates.length > 0 && !isDeepStrictEqual(certificates.map(pem), one.certificates.map(pem))
    const { name } = one.wanted
    if (isNew && held.includes(one)) store.push(name, certificates)
    if (isNew) Object.assign(one, { certificates, hasOwn: true })
    const { trouble } = one
    settle(one)
    one.trouble = undefined
    if (trouble !== undefined && !isNew) log.info({ detail: name }, 'certificate is good again')
    if (!isNew) return
    warn(one)
    onTried?.(name, 'success')
    log.info({ detail: [...new Set(certificates.flatMap(({ names }) => names))].join(', ') }, 'certificate taken up')
  }

  /** Never rejects: what can't be loaded now leaves what there is. @param isSettled whether what is wrong was so before. */
  async function look(one: Held, isSettled: boolean): Promise<void> {
    try {
      await load(one)
    } catch (error) {
      const { message } = error as Error
      const trouble = error instanceof CertificateError ? error.lasting : message
      if (one.trouble === trouble) return settle(one)
      if (!isSettled && one.doubts < SETTLE_LIMIT) return lookWhenSettled(one)
      settle(one)
      one.trouble = trouble
      onTried?.(one.wanted.name, 'failure')
      log.error({ detail: message }, 'certificate refused, the one before stays')
    }
  }

  async function renew(isMeant: (wanted: WantedCertificates) => boolean): Promise<Renewal[]> {
    const renewals: Renewal[] = []
    for (const one of held.filter(({ wanted }) => isMeant(wanted))) {
      const { wanted, source } = one
      const loadOne = () => inTurn(() => load(one))
      // A CA may take hours, and nobody waits for it with a reload, or with stopping.
      if (source.tend) renewals.push(await renewSource(wanted, source, loadOne))
      else renewals.push(await inTurn(() => renewSource(wanted, source, () => load(one))))
    }
    return renewals
  }

  function lookWhenSettled(one: Held): void {
    one.stopSettling?.()
    const waiting = new AbortController()
    one.stopSettling = () => waiting.abort()
    one.doubts++
    sleep(SETTLE_MS, waiting.signal).then(
      () => void lookSoon([one], true),
      () => {},
    )
  }

  function settle(one: Held): void {
    one.stopSettling?.()
    one.stopSettling = undefined
    one.doubts = 0
  }

  function lookSoon(these?: Held[], isSettled = false): Promise<void> {
    return inTurn(async () => {
      for (const one of these ?? held) if (held.includes(one)) await look(one, isSettled)
    })
  }

  function begin(one: Held): void {
    one.stop = one.source.tend?.(() => void lookSoon([one], true))
  }

  function end(one: Held): Promise<void> | undefined {
    settle(one)
    return one.stop?.()
  }

  function warn({ certificates }: Held): void {
    for (const detail of certificates.flatMap(({ warnings }) => warnings)) log.warn({ detail }, 'certificate')
  }

  function files(): string[] {
    return [...new Set(held.flatMap(({ source }) => source.files))]
  }

  function concerns(): [source: string, concern: ExpiryConcern][] {
    return held.flatMap(({ wanted: { name, settings }, certificates }) =>
      certificates.flatMap((one): [string, ExpiryConcern][] => {
        const concern = expiryConcern(one, settings.source, now())
        return concern ? [[`${name} ${one.notAfter}`, concern]] : []
      }),
    )
  }

  return {
    prepare: (wanted) => inTurn(() => prepare(wanted)),
    certificates: () => held.flatMap(({ certificates }) => certificates),
    renew: (isMeant) => renewInTurn(() => renew(isMeant)),
    concerns: () => concerns().map(([, concern]) => concern),
    tend() {
      isTended = true
      watcher = watchFiles(files(), () => void lookSoon(), watching)
      // What changed between the first load and the first watch would otherwise wait for an hour.
      void watcher.ready.then(() => lookSoon())
      for (const one of held) begin(one)
      const stopLooking = repeat(sleep, LOOK_EVERY_MS, async () => {
        await lookSoon()
        remind(concerns())
        return LOOK_EVERY_MS
      })
      return async () => {
        isTended = false
        watcher?.close()
        await Promise.all([stopLooking(), ...held.map(end)])
        await inTurn(async () => {})
      }
    },
  }
}

function pem({ certificate }: ServerCertificate): string {
  return certificate
}
