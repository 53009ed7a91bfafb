import type { ServerCertificate } from './server-certificate.ts'

/** A place that certificates come from: `store.push(source.name, await source.load())`. */
export interface CertificateSource {
  /** as in the configuration, such as `files` */
  name: string
  /** Files whose change means that there may be something new to load. */
  files: readonly string[]
  /**
   * What is to be served now, checked; makes or renews what the source is responsible for.
   * @throws CertificateError, StorageError
   */
  load: () => Promise<ServerCertificate[]>
  /** Ends what goes on by itself. What was loaded stays good. */
  close: () => Promise<void>
}
