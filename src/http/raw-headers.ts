/** The first value of a header among raw pairs, which stand as they were sent. @param name in lower case. */
export function rawHeader(rawHeaders: string[], name: string): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const one = rawHeaders[i] as string
    // Most differ in their length, and lower case costs more than a look at that.
    if (one.length === name.length && one.toLowerCase() === name) return rawHeaders[i + 1]
  }
  return undefined
}

/** Every value of it, in their order. @param name in lower case. */
export function rawHeaderValues(rawHeaders: string[], name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name)
}

/** Raw pairs of a map; a list is as many headers. */
export function toRawHeaders(headers: Record<string, string | string[]>): string[] {
  return Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]))
}
