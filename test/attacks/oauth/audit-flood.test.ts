import test from 'ava'
import { ADA, startTestHouse } from '../../support/gateway.ts'
import { exchange, link } from '../../support/linking.ts'

test('whoever has no credentials pushes nothing out of the audit trail: of a flood five are written, and how many were not', async (t) => {
  const house = await startTestHouse(t)
  await link(house)
  const before = house.events()
  const refuse = async (times: number) => {
    for (let time = 0; time < times; time++) {
      const { status } = await exchange(house, 'x', { client_secret: `wrong ${time}` })
      t.is(status, 401)
    }
  }
  await refuse(30)
  const refused = house.events().slice(before.length)
  for (const kind of ['client_refused', 'token_refused']) {
    t.is(refused.filter(({ event }) => event === kind).length, 5, kind)
  }
  t.is(refused.length, 10)

  house.advance(600_000)
  await refuse(1)
  t.like(house.events().at(-1), {
    event: 'client_refused',
    address: '127.0.0.1',
    detail: '25 more like this one were left out before it; wrong secret for client amazon-alexa',
  })
  await link(house)
  const { event, user } = house.events().at(-1)!
  t.deepEqual([event, user], ['code_redeemed', ADA.name], 'what somebody has proven is written in any case')
})
