import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { argv } from 'node:process'

/** Behind the gateway, in a process of its own: `/open/big` never ends, `/open/sink` reads, anything else is short. */
const server = createServer((request, response) => {
  request.resume()
  if (request.url !== '/open/big') {
    request.once('end', () => response.end('ok'))
    return
  }
  const chunk = Buffer.alloc(65_536)
  const send = () => {
    while (response.write(chunk));
  }
  response.on('drain', send)
  send()
})
server.listen(Number(argv[2] ?? 0), '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
