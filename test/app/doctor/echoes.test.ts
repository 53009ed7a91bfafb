import test from 'ava'
import { digest, openEchoes } from '../../../src/app/doctor/echoes.ts'
import { GatewayError } from '../../../src/http/gateway-error.ts'
import { testEnvironment } from '../../support/environment.ts'

import { callsToHouse, startHealthy } from '../../support/patient.ts'

function open() {
  const environment = testEnvironment()
  const echoes = openEchoes(environment)
  let read = 0
  const ask = (query: string, body = 'a=b') =>
    echoes.handle({
      ...{ query, headers: { 'content-type': 'text/plain' }, address: undefined },
      readBody: async () => {
        read += 1
        return body
      },
    })
  return { ...environment, give: echoes.give, ask, bodiesRead: () => read }
}

test('whoever has a nonce is told what arrived, once', async (t) => {
  const { give, ask } = open()
  const nonce = give()
  const { status, body } = await ask(nonce, 'a=\xe4')
  t.is(status, 200)
  t.deepEqual(JSON.parse(body), {
    sha256: digest(Buffer.from([0x61, 0x3d, 0xe4])),
    length: 3,
    contentType: 'text/plain',
    authorization: null,
  })
  await t.throwsAsync(ask(nonce), { instanceOf: GatewayError, code: 'not_found' })
})

test('a stranger is told that there is nothing, and nothing of what they sent is read', async (t) => {
  const { give, ask, bodiesRead } = open()
  give()
  for (const query of ['', 'x', 'A'.repeat(43)]) await t.throwsAsync(ask(query), { code: 'not_found' })
  t.is(bodiesRead(), 0)
})

test('a nonce is good for a minute, and no more than sixteen are good at once', async (t) => {
  const { give, ask, advance } = open()
  const [early, late] = [give(), give()]
  advance(59_999)
  t.is((await ask(early)).status, 200)
  advance(1)
  await t.throwsAsync(ask(late), { code: 'not_found' })
  const many = Array.from({ length: 17 }, give)
  await t.throwsAsync(ask(many[0]!), { code: 'not_found' })
  t.is((await ask(many[1]!)).status, 200)
  t.is((await ask(many[16]!)).status, 200)
})

test('at a gateway, a stranger gets what any path gets where there is nothing, and /health does not tell of it', async (t) => {
  const { house } = await startHealthy(t)
  const call = callsToHouse(house)
  const nothing = await call({ method: 'POST', path: '/nothing/here', body: 'a=b' })
  const guessed = await call({ method: 'POST', path: `/alexa/echo?${'A'.repeat(43)}`, body: 'a=b' })
  t.is(guessed.status, 404)
  t.is(guessed.text, nothing.text)
  t.notRegex((await call({ path: '/health' })).text, /echo/)
  const told = await call({ method: 'POST', path: `/alexa/echo?${house.gateway.examine().nonce}`, body: 'a=b' })
  t.is(told.status, 200)
  t.like(JSON.parse(told.text), { length: 3, sha256: digest('a=b') })
})
