import type { ClientRequest, IncomingHttpHeaders } from 'node:http'

export interface WholeAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/**
 * What comes to a request that is about to be sent.
 * @param timeoutMs of the whole: whoever dribbles would never be done. @param limitBytes of its body.
 * @throws an error of Node's where no answer comes.
 */
export function wholeAnswer(
  sent: ClientRequest,
  { timeoutMs, limitBytes }: { timeoutMs: number; limitBytes: number },
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const late = new Error(`no whole answer within ${timeoutMs / 1000} s`)
    const timer = setTimeout(() => sent.destroy(late), timeoutMs)
    sent.once('close', () => clearTimeout(timer))
    sent.once('error', reject)
    sent.once('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        chunks.push(chunk)
        if (bytes > limitBytes) sent.destroy(new Error('the answer has no end'))
      })
      response.once('error', reject)
      response.once('end', () => {
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, text: Buffer.concat(chunks).toString() })
      })
    })
  })
}
