import test from 'ava'
import { wordsFor } from '../../src/pages/words/words-for.ts'
import { overhang, SCREENS } from '../support/chromium.ts'
import { callApi, exchange } from '../support/linking.ts'
import { accountOf, useAccounts } from '../support/music-accounts.ts'
import { asMusicAssistant } from '../support/music-client.ts'
import { backAtApp, nextPage, openHouse, openLinking } from './open-house.ts'

const { approve, admin, signIn } = wordsFor('en')
const PHONE = { viewport: SCREENS.phone, locale: 'en-GB', isMobile: true, hasTouch: true } as const

function withAccounts(config: Parameters<typeof useAccounts>[0]): void {
  asMusicAssistant(config)
  useAccounts(config)
}

for (const person of ['anna', 'admin']) {
  test.serial(
    `on a phone ${person} signs in with an account of Music Assistant, and what is linked acts as ${person}`,
    async (t) => {
      const opened = await openHouse(t, PHONE, withAccounts)
      if (!opened) return
      const { house, page } = opened
      t.is(await openLinking(page), 200)
      t.true(await page.getByText('Music Assistant account').first().isVisible())
      t.is(await overhang(page), 0)
      await page.getByLabel(signIn.username).fill(person)
      await page.getByLabel(signIn.password).fill(accountOf(house, person).password)
      const press = (name: string) => () => page.getByRole('button', { name }).tap()
      if (person === 'admin') {
        t.is(await nextPage(page, press(approve)), 200)
        t.true(await page.getByText(admin.title).first().isVisible())
        t.is(await overhang(page), 0)
      }
      const told = await backAtApp(page, press(person === 'admin' ? admin.approve : approve))
      const { json } = await exchange(house, told.get('code'))
      t.is((await callApi(house, String(json.access_token))).status, 200)
      t.is(house.music.lastRequest?.user, person)
    },
  )
}

test.serial('on a phone a guest of Music Assistant reads why nothing was linked', async (t) => {
  const opened = await openHouse(t, PHONE, withAccounts)
  if (!opened) return
  const { house, page } = opened
  await openLinking(page)
  await page.getByLabel(signIn.username).fill('visitor')
  await page.getByLabel(signIn.password).fill(accountOf(house, 'visitor').password)
  t.is(await nextPage(page, () => page.getByRole('button', { name: approve }).tap()), 403)
  t.true(await page.getByText('guests cannot link anything').first().isVisible())
  t.is(await overhang(page), 0)
})
