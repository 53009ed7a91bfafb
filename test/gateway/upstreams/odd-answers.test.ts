import test, { type ExecutionContext } from 'ava'
import { startBefore } from '../../support/before-upstream.ts'
import { exchangeRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { startFixedUpstream } from '../../support/scripted-upstream.ts'

const REST = '\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi'
const ANSWERS = {
  'a status beyond 599': `HTTP/1.1 999 High${REST}`,
  'a reason in UTF-8': `HTTP/1.1 200 ${Buffer.from('€uro').toString('latin1')}${REST}`,
  'a reason with a lone byte': `HTTP/1.1 404 N\xe4${REST}`,
  'a reason with a control character': `HTTP/1.1 404 No\x01t${REST}`,
  'no reason': `HTTP/1.1 404${REST}`,
  'a status below 100': `HTTP/1.1 099 Low${REST}`,

  'a header with a control character': `HTTP/1.1 200 OK\r\nX-Odd: a\x01b${REST}`,
  'something that is not HTTP': 'hello',
}

async function startBeforeOdd(t: ExecutionContext, answer: string) {
  return startBefore(t, await startFixedUpstream(t, answer, (socket) => socket.end()))
}

for (const [name, answer] of Object.entries(ANSWERS)) {
  test(`an upstream that answers with ${name} gets no further than its own request`, async (t) => {
    const house = await startBeforeOdd(t, answer)
    const { status } = await exchangeRaw(house, rawRequest('GET /open/x', ['Connection: close']))
    t.true([200, 404, 502].includes(status), `${status}`)
    t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
  })

  test(`an upstream that answers an upgrade with ${name} gets no further than that`, async (t) => {
    const house = await startBeforeOdd(t, answer)
    await exchangeRaw(house, rawRequest('GET /open/x', UPGRADE)).catch(() => 'the connection was cut')
    t.is((await exchangeRaw(house, rawRequest('GET /health'))).status, 200)
  })
}
