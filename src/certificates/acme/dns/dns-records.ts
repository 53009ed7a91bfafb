/** Who can put records into the DNS that a CA wants to find there: TXT, for `dns-01` (RFC 8555 section 8.4). */
export interface DnsRecords {
  /**
   * Other values under the same name stay: a wildcard and its base name are proved side by side.
   * @param name such as `_acme-challenge.example.org`, without the dot of the root. @throws CertificateError dns_failed
   */
  set: (name: string, value: string) => Promise<void>
  /** That one value; a value that isn't there is none to complain about. @throws CertificateError dns_failed */
  remove: (name: string, value: string) => Promise<void>
}
