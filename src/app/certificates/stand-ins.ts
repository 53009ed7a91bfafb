import type { ServerCertificate } from '../../certificates/server-certificate.ts'
import { isForName } from '../../config/tls-sources.ts'

/**
 * What goes on being served in place of a source that has nothing yet: of what was served before, and is still good, what
 * is for one of its names; or else, where it is the one for who asks for no name, all of it.
 * @param now milliseconds since 1970
 */
export function standIns(
  before: ServerCertificate[],
  { names, isFirst, now }: { names: string[]; isFirst: boolean; now: number },
): ServerCertificate[] {
  const good = before.filter(({ notBefore, notAfter }) => notBefore <= now && now < notAfter)
  const fitting = good.filter((one) =>
    names.some((name) => one.names.some((own) => isForName(own.toLowerCase(), name))),
  )
  return fitting.length > 0 || !isFirst ? fitting : good
}
