import test from 'ava'
import { addressOn, approveAt, followPage } from '../../support/client-page.ts'
import { wordsOn } from '../../support/device.ts'
import { linkPhone, openAuthorize } from '../../support/linking.ts'

test('a phone app that is set up by the page links, calls and refreshes', async (t) => {
  const page = await followPage(t, 'phone-app.md')
  if (page === undefined) return
  const { house } = page
  t.is(await page.type('/alexa/authorize'), '200')

  const back = await approveAt(house, addressOn(page, '/alexa/authorize'))
  t.true(back.startsWith('com.example.app:/callback?'))
  const tokens = JSON.parse(await page.type('code=CODE', { CODE: new URL(back).searchParams.get('code')! }))
  t.is(tokens.scope, 'music.read')
  const call = async (ACCESS_TOKEN: string) => JSON.parse(await page.type('players/all', { ACCESS_TOKEN }))
  t.true(Array.isArray(await call(tokens.access_token)))
  house.advance(3_600_000)
  t.is((await call(tokens.access_token)).error, 'invalid_token')
  const next = JSON.parse(await page.type('refresh_token=', { REFRESH_TOKEN: tokens.refresh_token }))
  t.not(next.refresh_token, tokens.refresh_token)
  t.true(Array.isArray(await call(next.access_token)))
  t.regex(await page.type('skillgate trace'), /phone-app for ada/)
  t.deepEqual(page.untyped(), [])
})

test('the https link of the page is a redirect URI as well, and one with a second slash is none', async (t) => {
  const page = await followPage(t, 'phone-app.md')
  if (page === undefined) return
  const app = { client_id: 'phone-app', scope: 'music.read music.control' }
  const { access } = await linkPhone(page.house, { ...app, redirect_uri: 'https://app.example.org/callback' })
  t.is(access.length, 43)
  const refused = await openAuthorize(page.house, { ...app, redirect_uri: 'com.example.app://callback' })
  t.is(refused.status, 400)
  t.regex(wordsOn(refused), /redirect/i)
})
