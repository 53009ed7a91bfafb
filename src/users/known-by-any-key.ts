import type { KnownBrowsers } from './known-browsers.ts'

/**
 * Browsers that were made known with any of these keys are known; what is made from now on is the first one's.
 * @param keys the newest first.
 */
export function knownByAnyKey(
  [newest, ...earlier]: [Buffer, ...Buffer[]],
  open: (key: Buffer) => KnownBrowsers,
): KnownBrowsers {
  const current = open(newest)
  const all = [current, ...earlier.map(open)]
  return {
    ...current,
    async find(cookies, name) {
      for (const one of all) {
        const id = await one.find(cookies, name)
        if (id !== undefined) return id
      }
      return undefined
    },
  }
}
