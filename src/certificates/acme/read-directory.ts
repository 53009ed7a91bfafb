import { request } from 'node:https'
import { isObject } from '../../http/is-object.ts'
import { parseJson } from '../../http/parse-json.ts'
import { adviceForUntrusted } from './explain-acme-error.ts'
import { OrderError } from './order.ts'

const TIMEOUT_MS = 30_000
/** It has some hundred. */
const ANSWER_LIMIT_BYTES = 1_000_000

/** What a CA says of itself to whoever asks (RFC 8555 section 7.1.1). */
export interface CaDirectory {
  /** URL of the terms of service, where there are any. */
  termsOfService?: string
  /** Names of profiles, and what they are. */
  profiles: Record<string, string>
}

/** @param roots PEM; those of Node if absent. @throws OrderError in words. */
export async function readDirectory(
  url: string,
  { roots, userAgent }: { roots?: string | undefined; userAgent: string },
): Promise<CaDirectory> {
  const { status, body } = await get(url, roots, userAgent).catch((error: NodeJS.ErrnoException) => {
    const { code = '', message } = error
    const advice = code.includes('CERT')
      ? adviceForUntrusted(code)
      : 'Is this machine online, and "tls.directory" right?'
    throw new OrderError(`${url} can't be reached: ${message}. ${advice}`)
  })
  const directory = parseJson(body)
  if (status !== 200 || !isObject(directory) || typeof directory.newOrder !== 'string')
    throw new OrderError(`${url} is no directory of a CA: it answered with ${status}. Is tls.directory right?`)
  const meta = isObject(directory.meta) ? directory.meta : {}
  const profiles = isObject(meta.profiles) ? meta.profiles : {}
  return {
    ...(typeof meta.termsOfService === 'string' && { termsOfService: meta.termsOfService }),
    profiles: Object.fromEntries(Object.entries(profiles).map(([name, what]) => [name, String(what)])),
  }
}

async function get(url: string, ca: string | undefined, userAgent: string): Promise<{ status: number; body: string }> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  request(url, { ...(ca !== undefined && { ca }), headers: { 'User-Agent': userAgent }, signal, agent: false })
    .on('response', (response) => {
      readText(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
    })
    .on('error', reject)
    .end()
  return promise
}

/** @throws where it is longer than any directory. */
async function readText(answer: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    length += chunk.length
    if (length > ANSWER_LIMIT_BYTES) throw new Error('the answer is longer than any directory')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
