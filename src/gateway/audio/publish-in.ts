import { isUtf8 } from 'node:buffer'
import { rawHeader } from '../../http/raw-headers.ts'
import type { AnswerHead } from '../upstreams/hold-answer.ts'
import type { StreamUrls } from './stream-urls.ts'

/** Bytes of JSON in which URLs are looked for: more than the 2,025 tracks of a large library. What is longer goes as it is. */
export const REWRITTEN_LIMIT = 4 * 1024 * 1024

/** Headers that say something of the bytes, or let a client ask whether those that it has are still good: their URLs end. */
const OF_BYTES = /^(?:content-length|etag|last-modified|accept-ranges|content-md5|digest|content-digest|repr-digest)$/i

/** Whether an answer that begins like this is JSON, whole and not compressed, and of a length that is read. */
export function isRewritable({ status, rawHeaders }: AnswerHead): boolean {
  const type = rawHeader(rawHeaders, 'content-type') ?? ''
  return (
    status >= 200 &&
    status < 300 &&
    status !== 206 &&
    /^application\/(?:json|[a-z0-9.-]+\+json)\s*(?:;|$)/i.test(type) &&
    (rawHeader(rawHeaders, 'content-encoding') ?? 'identity') === 'identity' &&
    Number(rawHeader(rawHeaders, 'content-length') ?? 0) <= REWRITTEN_LIMIT
  )
}

/** The same answer with public URLs of streams; the very same where there are none, or where it isn't to be read. */
export function publishIn(
  head: AnswerHead,
  body: Buffer,
  { publishStreamUrls }: Pick<StreamUrls, 'publishStreamUrls'>,
): AnswerHead & { body: Buffer } {
  const text = isRewritable(head) && isUtf8(body) ? body.toString() : ''
  const published = publishStreamUrls(text)
  if (published === text) return { ...head, body }
  const bytes = Buffer.from(published)
  const { status, rawHeaders } = head
  const kept = rawHeaders.filter((_, i) => !OF_BYTES.test(rawHeaders[i - (i % 2)] as string))
  return { status, rawHeaders: [...kept, 'Content-Length', String(bytes.length)], body: bytes }
}
