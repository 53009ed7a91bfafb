import test from 'ava'
import { StartError } from '../../src/app/start-error.ts'
import { restart, startTestHouse } from '../support/gateway.ts'
import { link, openAuthorize, refresh } from '../support/linking.ts'

const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR

test('70. a home whose clock is ten years ahead is answered 503, and is linked as before when it is right again', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) =>
    Object.assign(oauth, { lifetimes: { refresh_token: 7_776_000 } }),
  )
  const tokens = await link(house)
  house.setClock(10 * YEAR)
  const answer = await refresh(house, tokens.refresh)
  t.is(answer.status, 503)
  t.is(answer.headers['retry-after'], '60')
  t.is(answer.json.error, 'clock_unsettled')
  house.setClock(-10 * YEAR)
  t.is((await refresh(house, tokens.refresh)).status, 200)
})

test('70. a clock that falls back to 1970 lets nobody link, but what was linked goes on to work', async (t) => {
  const house = await startTestHouse(t)
  const tokens = await link(house)
  const right = house.now()
  house.setClock(-right)
  t.is((await openAuthorize(house)).status, 503, 'a link of 1970 would be over soon')
  t.is((await refresh(house, tokens.refresh)).status, 200)
  house.setClock(right + HOUR)
  t.is((await openAuthorize(house)).status, 200)
  t.is((await refresh(house, tokens.refresh)).status, 200)
})

test('70. nobody starts in 1970, when certificates would be made that are over in a moment', async (t) => {
  const house = await startTestHouse(t)
  const tokens = await link(house)
  await house.gateway.close()
  const right = house.now()
  house.setClock(-right)
  await t.throwsAsync(restart(t, house), {
    instanceOf: StartError,
    message:
      /^The clock of this machine is wrong: it shows 1970-01-01T00:00:00.000Z, before this program was made\. Set it/,
  })
  house.setClock(right)
  const again = await restart(t, house)
  t.is((await refresh(again, tokens.refresh)).status, 200)
})

test('70. a gateway that starts with a clock far ahead of when it was stopped ends no link either', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) =>
    Object.assign(oauth, { lifetimes: { refresh_token: 35 * 86_400 } }),
  )
  const tokens = await link(house)
  await house.gateway.close()
  house.setClock(40 * 24 * HOUR)
  const again = await restart(t, house)
  t.is((await refresh(again, tokens.refresh)).status, 503)
  house.setClock(-40 * 24 * HOUR)
  t.is((await refresh(again, tokens.refresh)).status, 200)
})
