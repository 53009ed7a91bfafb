import type { SignedUrls } from './signed-urls.ts'

/** Makes what Music Assistant says of its streams good for players outside. */
export interface StreamUrls extends Pick<SignedUrls, 'verify'> {
  /** @returns the public URL of a stream; undefined for any other URL. */
  publishUrl: (url: string) => string | undefined
  /** @param json the text of some JSON. @returns it with each URL of a stream made public; the same text where there is none. */
  publishStreamUrls: (json: string) => string
}

export interface StreamUrlOptions {
  signed: SignedUrls
  /** As Music Assistant writes them. */
  origins: string[]
  /** Where the gateway is. */
  publicUrl: string
}

export function openStreamUrls({ signed, origins, publicUrl }: StreamUrlOptions): StreamUrls {
  const urls = new RegExp(`(?:${origins.map(asInJson).join('|')})${TAIL}`, 'g')

  function publishUrl(url: string): string | undefined {
    const origin = origins.find((one) => url.startsWith(`${one}/`))
    if (origin === undefined || !url.isWellFormed()) return undefined
    // A client would encode these just so before it asks.
    const target = url.slice(origin.length).replace(/[^\x21-\x7e]+/g, encodeURIComponent)
    const path = signed.sign(target)
    return path && publicUrl + path
  }

  return {
    verify: signed.verify,
    publishUrl,
    publishStreamUrls(json) {
      return json.replace(urls, (found) => {
        const published = publishUrl(JSON.parse(`"${found}"`))
        return published === undefined ? found : JSON.stringify(published).slice(1, -1)
      })
    },
  }
}

/** A slash as programs write it in JSON. */
const SLASH = String.raw`(?:\\?\/|\\u002[fF])`

/**
 * The rest of a URL within a text of JSON, in which some programs escape slashes, and what isn't ASCII. A quote, a space, `<`
 * and `>` end it, escaped or not.
 */
const TAIL = String.raw`${SLASH}(?:flow|single|imageproxy)(?:[^"\\\s<>\x00-\x1f]|\\u(?!00[01]|002[02]|003[cCeE])[0-9a-fA-F]{4}|\\\/)*`

function asInJson(origin: string): string {
  return origin.replace(/[.[\]]/g, '\\$&').replaceAll('/', () => SLASH)
}
