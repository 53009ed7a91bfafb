import test from 'ava'
import { ADA, startTestHouse } from '../../support/gateway.ts'
import { exchange, link, refresh } from '../../support/linking.ts'

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
  t.is(refused.filter(({ event }) => event === 'client_refused').length, 5)
  t.is(refused.filter(({ event }) => event === 'token_refused').length, 15, 'whoever tries to link wants to see more')
  t.is(refused.length, 20)

  house.advance(600_000)
  await refuse(1)
  const later = house.events().slice(before.length + 20)
  t.is(later.length, 4, 'how many were left out of each, and the two of the last')
  const [told] = later.filter(({ event, more }) => event === 'client_refused' && more !== undefined)
  t.like(told, { address: '127.0.0.1', more: 25 })
  t.regex(String(told?.detail), /^25 more like this one since 2/)
  await link(house)
  const { event, user } = house.events().at(-1)!
  t.deepEqual([event, user], ['code_redeemed', ADA.name], 'what somebody has proven is written in any case')
})

test('57. of two hundred refreshes of a link three are in the audit trail, and then how many there were', async (t) => {
  const house = await startTestHouse(t)
  const { refresh: token } = await link(house)
  const before = house.events().length
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(house, token)))
    t.true(answers.every(({ status }) => status === 200))
  }
  t.is(house.events().length, before + 3)
  await house.gateway.close()
  const [first, , , more, last] = house.events().slice(before)
  t.like(first, { event: 'tokens_refreshed', user: ADA.name })
  t.like(more, { event: 'tokens_refreshed', user: ADA.name, grant: first?.grant, more: 197 })
  t.like(last, { event: 'stopped' })
})
