/**
 * Whether a host is at one of the domains: `claude.ai` is that host alone, `*.example.org` every host below it, `*` any host.
 * @param host in lower case, as in a URL.
 */
export function allowsHost(domains: readonly string[], host: string): boolean {
  return domains.some((domain) => {
    if (domain === '*') return true
    return domain.startsWith('*.') ? isBelow(host, domain.slice(2)) : host === domain.toLowerCase()
  })
}

/** Whether a host is below a domain, which itself isn't. */
export function isBelow(host: string, domain: string): boolean {
  const suffix = `.${domain.toLowerCase()}`
  return host.length > suffix.length && host.endsWith(suffix)
}
