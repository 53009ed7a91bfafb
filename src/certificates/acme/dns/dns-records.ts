/** Puts records of type TXT into the DNS, for a CA to find, and takes them out again. */
export interface DnsRecords {
  /**
   * Resolves when the record is seen at the servers of the zone.
   * @param name without a dot at its end, such as `_acme-challenge.example.org`. @param value one more of that name.
   */
  set: (name: string, value: string) => Promise<void>
  remove: (name: string, value: string) => Promise<void>
}
