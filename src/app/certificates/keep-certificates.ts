import { isDeepStrictEqual } from 'node:util'
import { CertificateError } from '../../certificates/certificate-error.ts'
import type { CertificateSource } from '../../certificates/certificate-source.ts'
import type { CertificateStore } from '../../certificates/certificate-store.ts'
import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import { StorageError } from '../../files/storage-error.ts'
import type { Logger } from '../../telemetry/log.ts'
import { type FileWatcher, type WatchOptions, watchFiles } from '../reloading/watch-files.ts'
import { repeat, type Sleep, sleepQuietly } from '../repeat.ts'
import { type Renewal, renewSource } from './renew-source.ts'
import type { WantedCertificates } from './wanted-certificates.ts'

/** Often enough for certificates that live for days. Milliseconds. */
const LOOK_EVERY_MS = 3_600_000

export interface KeeperTools {
  store: Pick<CertificateStore, 'push' | 'replace'>
  open: (wanted: WantedCertificates) => CertificateSource
  log: Pick<Logger, 'info' | 'warn' | 'error'>
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
  /** All that the sources have brought, those of the first one first. */
  certificates: () => ServerCertificate[]
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
  certificates: ServerCertificate[]
  /** What was said last, so that it is said once. */
  trouble?: string | undefined
  stop?: (() => Promise<void>) | undefined
}

export function openCertificateKeeper({
  store,
  open,
  log,
  sleep = sleepQuietly,
  watching,
}: KeeperTools): CertificateKeeper {
  let held: Held[] = []
  let watcher: FileWatcher | undefined
  let isTended = false
  /** One look after the other. */
  let last: Promise<void> = Promise.resolve()

  async function prepare(wanted: WantedCertificates[]): Promise<PreparedCertificates> {
    const next: Held[] = []
    for (const one of wanted) {
      const known = held.find((other) => isDeepStrictEqual(other.wanted, one))
      if (known) await load(known)
      next.push(known ?? (await hold(one)))
    }
    return {
      certificates: next.flatMap(({ certificates }) => certificates),
      commit() {
        store.replace(new Map(next.map(({ wanted: { name }, certificates }) => [name, certificates])))
        const gone = held.filter((one) => !next.includes(one))
        const added = next.filter((one) => !held.includes(one))
        held = next
        for (const one of gone) void one.stop?.()
        for (const one of added) warn(one)
        if (isTended) {
          for (const one of added) begin(one)
          void watcher?.set(files())
        }
      },
    }
  }

  async function hold(wanted: WantedCertificates): Promise<Held> {
    const source = open(wanted)
    return { wanted, source, certificates: await source.load() }
  }

  /** @throws CertificateError, StorageError; then what it had stays. */
  async function load(one: Held): Promise<void> {
    const certificates = await one.source.load()
    const isNew = !isDeepStrictEqual(certificates.map(pem), one.certificates.map(pem))
    if (isNew && held.includes(one)) store.push(one.wanted.name, certificates)
    one.certificates = certificates
    one.trouble = undefined
    if (!isNew) return
    warn(one)
    log.info({ detail: certificates.flatMap(({ names }) => names).join(', ') }, 'certificate taken up')
  }

  /** Never rejects: what can't be loaded now leaves what there is. */
  async function look(one: Held): Promise<void> {
    try {
      await load(one)
    } catch (error) {
      if (!(error instanceof CertificateError || error instanceof StorageError)) throw error
      if (one.trouble !== error.message)
        log.error({ detail: error.message }, 'certificate refused, the one before stays')
      one.trouble = error.message
    }
  }

  async function renew(isMeant: (wanted: WantedCertificates) => boolean): Promise<Renewal[]> {
    const renewals: Renewal[] = []
    for (const one of held.filter(({ wanted }) => isMeant(wanted))) {
      renewals.push(await renewSource(one.wanted, one.source, () => load(one)))
    }
    return renewals
  }

  function lookSoon(one?: Held): Promise<void> {
    last = last.then(async () => {
      for (const each of one ? [one] : held) await look(each)
    })
    return last
  }

  function begin(one: Held): void {
    one.stop = one.source.tend?.(() => void lookSoon(one))
  }

  function warn({ certificates }: Held): void {
    for (const detail of certificates.flatMap(({ warnings }) => warnings)) log.warn({ detail }, 'certificate')
  }

  function files(): string[] {
    return [...new Set(held.flatMap(({ source }) => source.files))]
  }

  return {
    prepare,
    certificates: () => held.flatMap(({ certificates }) => certificates),
    renew(isMeant) {
      const renewed = last.then(() => renew(isMeant))
      last = renewed.then(
        () => {},
        () => {},
      )
      return renewed
    },
    tend() {
      isTended = true
      watcher = watchFiles(files(), () => void lookSoon(), watching)
      for (const one of held) begin(one)
      const stopLooking = repeat(sleep, LOOK_EVERY_MS, async () => {
        await lookSoon()
        return LOOK_EVERY_MS
      })
      return async () => {
        isTended = false
        watcher?.close()
        await Promise.all([stopLooking(), ...held.map((one) => one.stop?.())])
        await last
      }
    },
  }
}

function pem({ certificate }: ServerCertificate): string {
  return certificate
}
