import test from 'ava'
import { startTestHouse, type TestConfig } from '../support/gateway.ts'
import { approve, callApi, exchange, link, refresh } from '../support/linking.ts'

const SECOND = 1000
const DAY = 24 * 3600 * SECOND

test('a code is good for 300 s and not a moment longer', async (t) => {
  const house = await startTestHouse(t)
  const inTime = (await approve(house)).get('code')
  const tooLate = (await approve(house)).get('code')
  house.advance(300 * SECOND - 1)
  t.is((await exchange(house, inTime)).status, 200)
  house.advance(1)
  const { status, json } = await exchange(house, tooLate)
  t.is(status, 400)
  t.is(json.error, 'invalid_grant')
})

test('an access token is good for 3,600 s and not a moment longer, known to the cache or not', async (t) => {
  const house = await startTestHouse(t)
  const { access } = await link(house)
  house.advance(3600 * SECOND - 1)
  t.is((await callApi(house, access)).status, 200)
  house.advance(1)
  const { status, headers } = await callApi(house, access)
  t.is(status, 401)
  t.regex(String(headers['www-authenticate']), /^Bearer .*error="invalid_token"/)
})

/** As the old server had it. Where nothing is set, Alexa's token has no end. */
const endAfter90Days = ({ oauth }: TestConfig) => Object.assign(oauth, { lifetimes: { refresh_token: 7_776_000 } })

test('a refresh token with a lifetime of 90 days is good for them from its last use and not a moment longer', async (t) => {
  const house = await startTestHouse(t, endAfter90Days)
  const linked = await link(house)
  for (let time = 0; time < 3; time++) {
    house.advance(90 * DAY - 1)
    const { status, json } = await refresh(house, linked.refresh)
    t.is(status, 200, `use ${time}`)
    t.is((await callApi(house, String(json.access_token))).status, 200)
  }
  house.advance(90 * DAY)
  const { status, json } = await refresh(house, linked.refresh)
  t.is(status, 400)
  t.is(json.error, 'invalid_grant')
})

test('one that is never used ends 90 days after it was issued', async (t) => {
  const house = await startTestHouse(t, endAfter90Days)
  const linked = await link(house)
  house.advance(90 * DAY)
  t.is((await refresh(house, linked.refresh)).json.error, 'invalid_grant')
})

test('a refused refresh does not lengthen the life of a refresh token', async (t) => {
  const house = await startTestHouse(t, endAfter90Days)
  const linked = await link(house)
  house.advance(80 * DAY)
  const asOther = { client_id: 'other', client_secret: house.secrets.other }
  t.is((await refresh(house, linked.refresh, asOther)).status, 400)
  t.is((await refresh(house, linked.refresh, { scope: 'everything' })).status, 400)
  t.is((await refresh(house, linked.refresh, { client_secret: 'wrong' })).status, 401)
  house.advance(10 * DAY)
  t.is((await refresh(house, linked.refresh)).json.error, 'invalid_grant')
})

test('an access token from a refresh at the last moment lives its full hour', async (t) => {
  const house = await startTestHouse(t, endAfter90Days)
  const linked = await link(house)
  house.advance(90 * DAY - 1)
  const { json } = await refresh(house, linked.refresh)
  house.advance(3600 * SECOND - 1)
  t.is((await callApi(house, String(json.access_token))).status, 200)
  house.advance(1)
  t.is((await callApi(house, String(json.access_token))).status, 401)
})
