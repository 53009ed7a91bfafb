import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'

/** What the load is told to send: each request once, by so many clients at once. */
export interface LoadOrder {
  port: number
  ca: string
  clients: number
  requests: { headers: string[]; body: string }[]
}

// The upstream and the load, in a process of their own.
const upstream = createServer((request, response) => {
  request.resume()
  response.end('{"version":"1.0","response":{"outputSpeech":{"type":"PlainText","text":"Playing."}}}')
})
upstream.listen(0, '127.0.0.1')
await once(upstream, 'listening')
process.send?.({ upstream: (upstream.address() as AddressInfo).port })
process.on('disconnect', () => process.exit())

process.on('message', async ({ port, ca, clients, requests }: LoadOrder) => {
  const pool = new Pool(`https://localhost:${port}`, { connections: clients, connect: { ca } })
  let failed = 0
  const send = async () => {
    for (let next = requests.pop(); next; next = requests.pop()) {
      const { headers, body } = next
      const answer = await pool.request({ method: 'POST', path: '/skill', headers, body })
      await answer.body.dump()
      if (answer.statusCode !== 200) failed++
    }
  }
  await Promise.all(Array.from({ length: clients }, send))
  await pool.close()
  process.send?.({ failed })
})
