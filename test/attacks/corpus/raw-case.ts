/** A request, or several, as bytes; and what may become of them. */
export interface RawCase {
  id: string
  /** Each character is a byte. `BEARER` stands for a good `Authorization` line. */
  bytes: string
  /** The statuses of all answers, in their order. After a 400 the connection ends. */
  answers: number[]
  /** How many requests the upstream executes. */
  executed: number
}

/** One that nobody lets through. */
export function refused(id: string, bytes: string, status = 400): RawCase {
  return { id, bytes, answers: [status], executed: 0 }
}

/** One that is forwarded, and answered by the upstream. */
export function forwarded(id: string, bytes: string): RawCase {
  return { id, bytes, answers: [200], executed: 1 }
}

/** Header lines under a request line, and a body. */
export function request(line: string, headers: string[] = [], body = ''): string {
  return [line, 'Host: localhost', ...headers, '', body].join('\r\n')
}

/** To a route that is open to all. */
export function get(headers: string[] = [], target = '/open/x'): string {
  return request(`GET ${target} HTTP/1.1`, headers)
}

/** To a route that is open to all, with a body. */
export function post(headers: string[], body = ''): string {
  return request('POST /open/x HTTP/1.1', headers, body)
}

/** A body of five bytes in one chunk. */
export const CHUNKS = '5\r\nhello\r\n0\r\n\r\n'

export const CHUNKED = 'Transfer-Encoding: chunked'
