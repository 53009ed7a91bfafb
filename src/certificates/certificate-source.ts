import type { ServerCertificate } from './server-certificate.ts'

/** A place that certificates come from. */
export interface CertificateSource {
  /** Files whose change means that there may be something new to load. */
  files: readonly string[]
  /**
   * What is to be served now, checked; makes or renews what can be made at once. Nothing, where it has yet to come.
   * @param served what it brought before, if that is what is served: nothing weaker has to take its place.
   * @throws CertificateError, StorageError
   */
  load: (served?: readonly ServerCertificate[]) => Promise<ServerCertificate[]>
  /**
   * Makes at once what would be made in its time; `load` brings it then. Absent where somebody else makes it.
   * @throws CertificateError, StorageError; then nothing has changed.
   */
  renew?: () => Promise<void>
  /**
   * Goes on by itself, such as with renewals, as long as the gateway listens.
   * @param onNew is called when there is something new to load; must not throw. @returns ends it; what was loaded stays good.
   */
  tend?: (onNew: () => void) => () => Promise<void>
}
