/** Gets a small document from a public server. @throws DocumentProblem */
export type FetchPublicDocument = (url: URL) => Promise<PublicDocument>

export interface PublicDocument {
  bytes: Uint8Array
  /** Of all `Cache-Control` headers, joined by commas. */
  cacheControl: string | undefined
  /** Seconds that it had been in a cache on the way. */
  age: number
}
