import test from 'ava'
import { restart, startTestHouse } from '../support/gateway.ts'
import { callApi, link, refresh } from '../support/linking.ts'

const DAY = 86_400_000

test('Alexa links once: after two years in which nobody spoke it refreshes, and the call goes through', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  house.advance(730 * DAY)
  const { status, json } = await refresh(house, linked.refresh)
  t.is(status, 200)
  t.is((await callApi(house, String(json.access_token))).status, 200)
})

test('nobody who was linked by a release that dated links to 90 days loses the link by its end', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) =>
    Object.assign(oauth, { lifetimes: { refresh_token: 7_776_000 } }),
  )
  const [before, after] = [await link(house), await link(house)]
  house.advance(60 * DAY)
  // The rows are those that an earlier release wrote; a configuration without the key is what it had.
  await house.reload(({ oauth }) => Object.assign(oauth, { lifetimes: {} }))
  house.advance(60 * DAY)
  const again = await restart(t, house)
  for (const { refresh: token } of [before, after]) t.is((await refresh(again, token)).status, 200)
  house.advance(730 * DAY)
  t.is((await refresh(again, before.refresh)).status, 200)
})

test('a client that has a lifetime of its own ends by it, the others do not', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => {
    Object.assign(oauth.clients[1]!, { lifetimes: { refresh_token: 86_400 } })
  })
  const asOther = { client_id: 'other', client_secret: house.secrets.other }
  const [alexa, other] = [await link(house), await link({ ...house, secrets: house.secrets })]
  house.advance(DAY)
  t.is((await refresh(house, alexa.refresh)).status, 200)
  t.is((await refresh(house, other.refresh, asOther)).status, 400)
})
