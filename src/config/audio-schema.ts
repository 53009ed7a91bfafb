import { flag, isOrigin, keys, list, seconds, text } from './forms.ts'

/** `audio`: how players outside get at the streams of Music Assistant. */
export function audioSchema() {
  return keys({
    upstream: text('the name of an upstream').describe(
      'Where the streams come from: a name from `upstreams`, with the url of port 8097.',
    ),
    origins: list(
      text(
        'an http or https URL of host and port alone, such as http://192.168.1.5:8097',
        isOrigin('http:', 'https:'),
      ).transform((url) => new URL(url).origin),
      'a list of origins',
    )
      .optional()
      .describe(
        'How Music Assistant itself writes where the streams come from, if that is another address of it than the `url` of the upstream.',
      ),
    lifetime: seconds(60, 604_800)
      .default(43_200)
      .describe(
        'Seconds for which a URL that was handed out can be opened, and up to ten minutes more. What has begun goes on to its end.',
      ),
    images: flag().describe(
      'Whether URLs of pictures with `path=`, as servers before schema 31 have them, are handed out as well. Such a server fetches what stands there; never is one with an address or a name of a home network.',
    ),
  })
    .optional()
    .describe('Streams of music on URLs that are signed and end, for players that can send no token; none if absent.')
}
