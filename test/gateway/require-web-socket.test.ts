import test from 'ava'
import { requireWebSocket } from '../../src/gateway/require-web-socket.ts'
import type { Destination } from '../../src/gateway/routes/destination.ts'
import { noteExchange } from '../support/exchange.ts'

const upgrade = (protocol: string) => ({ protocol }) as Parameters<typeof requireWebSocket>[1]
const to = (kind: string, websocket = true) =>
  ({ kind, websocket, path: '/ws', origins: new Set(['https://home.example']) }) as unknown as Destination

test('only a GET to a WebSocket is taken, and only where a route takes it', (t) => {
  const take = (method: string, protocol: string, destination: Destination) =>
    requireWebSocket(noteExchange({ method }).exchange, upgrade(protocol), destination)
  t.notThrows(() => take('GET', 'websocket', to('upstream')))
  for (const [method, protocol, destination] of [
    ['POST', 'websocket', to('upstream')],
    ['GET', 'h2c', to('upstream')],
    ['GET', '', to('upstream')],
    ['GET', 'websocket', to('upstream', false)],
    ['GET', 'websocket', to('endpoint')],
    ['GET', 'websocket', to('redirect')],
    ['GET', 'websocket', to('respond')],
  ] as const)
    t.throws(() => take(method, protocol, destination), { code: 'upgrade_not_allowed' })
})

test('where a page opens it, the page is of one of the origins of the route', (t) => {
  const take = (...origins: string[]) => {
    const rawHeaders = origins.flatMap((origin) => ['oRigin', origin])
    requireWebSocket(noteExchange({ rawHeaders }).exchange, upgrade('websocket'), to('upstream'))
  }
  for (const origins of [[], ['https://home.example'], ['https://home.example', 'https://home.example']])
    t.notThrows(() => take(...origins))
  for (const origins of [['https://evil.example'], ['null'], [''], ['https://home.example', 'https://evil.example']])
    t.throws(() => take(...origins), { code: 'foreign_origin' })
})
