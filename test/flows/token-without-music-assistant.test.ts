import test, { type ExecutionContext } from 'ava'
import { Browser } from '../support/browser.ts'
import { addKitchen, poll, startDevice, typeCode } from '../support/device.ts'
import { exactRequest, FORM } from '../support/exact-request.ts'
import type { TestHouse } from '../support/gateway.ts'
import { alexaCredentials, callApi, exchange, refresh } from '../support/linking.ts'
import { accountOf, signInAs, startAccountsHouse } from '../support/music-accounts.ts'

/**
 * Alexa waits 4.5 s for the token endpoint. That it is quick says no clock here, but that nothing on the way waits for
 * Music Assistant: one that takes each request and never answers, for longer than any test may last, holds nothing up.
 */
async function openHouse(t: ExecutionContext, change?: Parameters<typeof startAccountsHouse>[1]) {
  const house = await startAccountsHouse(t, change)
  const approved = async () => new URL((await signInAs(house, 'anna')).page.location).searchParams.get('code')
  return { house, approved }
}

function post(house: TestHouse, path: string, form: Record<string, string>) {
  return exactRequest(house, { method: 'POST', path, headers: FORM, body: new URLSearchParams(form).toString() })
}

for (const kind of ['hang', 'trickle', 'reset'] as const) {
  test(`a code is redeemed, refreshed, introspected and revoked while Music Assistant does nothing but ${kind}`, async (t) => {
    const { house, approved } = await openHouse(t)
    const code = await approved()
    house.music.misbehave(kind)
    house.music.clearRequests()
    const { status, json } = await exchange(house, code)
    t.is(status, 200)
    const refreshed = await refresh(house, json.refresh_token)
    t.is(refreshed.status, 200)
    const token = String(refreshed.json.access_token)
    const asked = await post(house, '/alexa/introspect', { token, ...alexaCredentials(house) })
    t.like(JSON.parse(asked.text), { active: true, username: 'music-assistant:anna' })
    t.deepEqual(
      house.music.requests.map(({ url }) => url),
      [],
      'nothing of all this was asked there',
    )
    const revoked = await post(house, '/alexa/revoke', {
      token: String(json.refresh_token),
      ...alexaCredentials(house),
    })
    t.is(revoked.status, 200)
    t.is((await callApi(house, token)).status, 401)
  })
}

test('what the token endpoint refuses it refuses without Music Assistant, too', async (t) => {
  const { house, approved } = await openHouse(t)
  const code = await approved()
  house.music.misbehave('hang')
  t.is((await exchange(house, code, { client_secret: 'wrong' })).status, 401)
  t.is((await exchange(house, 'x'.repeat(43))).json.error, 'invalid_grant')
  t.is((await refresh(house, 'x'.repeat(43))).json.error, 'invalid_grant')
  t.is((await exchange(house, code)).status, 200)
  t.is((await exchange(house, code)).json.error, 'invalid_grant')
})

test('nor does it wait for people who are just calling, signing in and linking there', async (t) => {
  const { house, approved } = await openHouse(t)
  const { json } = await exchange(house, await approved())
  const code = await approved()
  house.music.misbehave('hang')
  house.music.clearRequests()
  const { username, password } = accountOf(house, 'admin')
  const waiting = [
    ...Array.from({ length: 20 }, () => callApi(house, String(json.access_token))),
    signInAs(house, username, { password }),
  ]
  for (const one of waiting) one.catch(() => {})
  await house.music.until(() => house.music.requests.length >= waiting.length)
  t.is((await exchange(house, code)).status, 200)
  t.is((await refresh(house, json.refresh_token)).status, 200)
})

test('a device is given its tokens without it as well', async (t) => {
  const { house } = await openHouse(t, addKitchen)
  const device = await startDevice(house)
  const browser = new Browser(house)
  const page = await typeCode(browser, device.user_code)
  const { username, password } = accountOf(house, 'anna')
  t.is((await browser.submit(page, { username, password })).status, 200)
  house.music.misbehave('hang')
  t.is((await poll(house, device)).status, 200)
})
