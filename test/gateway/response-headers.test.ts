import test from 'ava'
import { responseHeaders } from '../../src/gateway/response-headers.ts'

test('of an answer no cookie of the gateway goes back, and no widening of a service worker', (t) => {
  const own = ['Set-Cookie', '__Host-skillgate-session=x; Path=/', 'set-cookie', ' __host-skillgate-csrf=y']
  const widening = ['Service-Worker-Allowed', '/']
  const rest = ['Set-Cookie', 'x__Host-skillgate-a=1', 'Set-Cookie', 'a=__Host-skillgate-session=x']
  t.deepEqual(responseHeaders([...own, ...widening, ...rest]), rest)
})

test('of an answer all headers go back but those of its own connection', (t) => {
  const own = ['Connection', 'X-Hop, content-length', 'X-HOP', '1', 'keep-alive', '1', 'Transfer-Encoding', 'chunked']
  const rest = ['Set-Cookie', 'a', 'set-cookie', 'b', 'Content-Length', '5', 'X-Remote-User-Id', 'c', 'Server', 'd']
  t.deepEqual(responseHeaders([...own, ...rest]), rest)
})
