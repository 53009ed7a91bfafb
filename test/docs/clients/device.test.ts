import test from 'ava'
import { Browser } from '../../support/browser.ts'
import { followPage } from '../../support/client-page.ts'
import { pathOf, typeCode, wordsOn } from '../../support/device.ts'
import { ADA } from '../../support/gateway.ts'

test('a device that is set up by the page links, calls and refreshes', async (t) => {
  const page = await followPage(t, 'device.md')
  if (page === undefined) return
  const { house } = page
  const begun = JSON.parse(await page.type('scope=music.control'))
  const DEVICE_CODE: string = begun.device_code
  t.true(page.text.includes(begun.verification_uri))
  t.true(begun.verification_uri_complete.startsWith(begun.verification_uri))

  const early = JSON.parse(await page.type('device_code=', { DEVICE_CODE }))
  t.is(early.error, 'authorization_pending')
  const browser = new Browser(house)
  t.is((await browser.open(pathOf(begun.verification_uri))).status, 200)
  const consent = await typeCode(browser, begun.user_code)
  t.regex(wordsOn(consent), /Connect Kitchen speaker/)
  await browser.submit(consent, { username: ADA.name, password: ADA.password })
  house.advance(begun.interval * 1000 + 1000)
  const tokens = JSON.parse(await page.type('device_code=', { DEVICE_CODE }))
  t.true(Array.isArray(JSON.parse(await page.type('players/all', { ACCESS_TOKEN: tokens.access_token }))))
  t.deepEqual(house.music.lastRequest!.header('x-auth-client-id'), ['kitchen-speaker'])

  house.advance(3_600_000)
  t.is(JSON.parse(await page.type('players/all', { ACCESS_TOKEN: tokens.access_token })).error, 'invalid_token')
  const next = JSON.parse(await page.type('refresh_token=', { REFRESH_TOKEN: tokens.refresh_token }))
  t.not(next.refresh_token, tokens.refresh_token)
  t.true(Array.isArray(JSON.parse(await page.type('players/all', { ACCESS_TOKEN: next.access_token }))))
  t.deepEqual(page.untyped(), [])
})
