import test from 'ava'
import { wordsFor } from '../../src/pages/words/words-for.ts'
import { overhang, SCREENS, typeAtOnce } from '../support/chromium.ts'
import { ADA } from '../support/gateway.ts'
import { ALEXA_REQUEST } from '../support/linking.ts'
import { backAtApp, nextPage, openHouse, openLinking } from './open-house.ts'

const BROWSERS = [
  { language: 'en', options: { viewport: SCREENS.phone, locale: 'en-GB', colorScheme: 'light' } },
  { language: 'de', options: { viewport: SCREENS.desktop, locale: 'de-AT', colorScheme: 'dark' } },
] as const

for (const { language, options } of BROWSERS) {
  const words = wordsFor(language)
  const { link, signIn } = words

  test.serial(`somebody links from the keyboard, after a mistyped password (${language})`, async (t) => {
    const opened = await openHouse(t, options)
    if (!opened) return
    const { page } = opened
    t.is(await openLinking(page), 200)
    t.is(await page.title(), link.title('Amazon Alexa'))
    t.is(await overhang(page), 0)

    await page.keyboard.press('Tab')
    await page.keyboard.type(ADA.name)
    await page.keyboard.press('Tab')
    await page.keyboard.type('mistyped')
    t.is(await nextPage(page, () => page.keyboard.press('Enter')), 400)
    t.is(await page.title(), words.error(link.title('Amazon Alexa')))
    t.is(await page.getByRole('alert').textContent(), words.problems['wrong-password'])
    t.is(await overhang(page), 0)

    await typeAtOnce(page, ADA.password)
    const told = await backAtApp(page, () => page.keyboard.press('Enter'))
    t.is(told.get('state'), ALEXA_REQUEST.state)
    t.regex(told.get('code') ?? '', /^[\w-]{43}$/)
  })

  test.serial(
    `who has signed in only consents the next time, or signs in as somebody else (${language})`,
    async (t) => {
      const opened = await openHouse(t, options)
      if (!opened) return
      const { page } = opened
      await openLinking(page)
      await page.getByLabel(signIn.username).fill(ADA.name)
      await page.getByLabel(signIn.password).fill(ADA.password)
      await backAtApp(page, () => page.getByRole('button', { name: words.approve }).click())

      await openLinking(page)
      t.is(await page.getByRole('textbox').count(), 0)
      t.true(await page.getByText(ADA.displayName).first().isVisible())
      t.is(await overhang(page), 0)
      await page.keyboard.press('Tab')
      const told = await backAtApp(page, () => page.keyboard.press('Enter'))
      t.regex(told.get('code') ?? '', /^[\w-]{43}$/)

      await openLinking(page)
      const other = page.getByRole('button', { name: signIn.signInAsSomebodyElse(ADA.displayName) })
      t.is(await nextPage(page, () => other.click()), 200)
      t.true(await page.getByLabel(signIn.password).isVisible())
      await openLinking(page)
      t.true(await page.getByLabel(signIn.password).isVisible())
    },
  )

  test.serial(`who denies is sent back, and so is the app told (${language})`, async (t) => {
    const opened = await openHouse(t, options)
    if (!opened) return
    const { page } = opened
    await openLinking(page)
    const told = await backAtApp(page, () => page.getByRole('button', { name: words.deny }).click())
    t.is(told.get('error'), 'access_denied')
    t.is(told.get('state'), ALEXA_REQUEST.state)
  })

  test.serial(`who fails too often is told how long to wait (${language})`, async (t) => {
    const opened = await openHouse(t, options)
    if (!opened) return
    const { page } = opened
    await openLinking(page)
    await page.getByLabel(signIn.username).fill(ADA.name)
    const statuses: number[] = []
    for (let tries = 0; tries < 6; tries++) {
      await page.getByLabel(signIn.password).fill('guess')
      statuses.push(await nextPage(page, () => page.keyboard.press('Enter')))
    }
    t.deepEqual(statuses, [400, 400, 400, 400, 400, 429])
    t.is(await page.getByRole('alert').textContent(), words.problems['wait-password'](10))
    t.is(await page.getByLabel(signIn.username).inputValue(), ADA.name)
  })

  test.serial(`a link of an app that is not known here ends on a page that says so (${language})`, async (t) => {
    const opened = await openHouse(t, options)
    if (!opened) return
    const { page } = opened
    t.is(await openLinking(page, { client_id: 'nobody' }), 400)
    t.is(await page.locator('html').getAttribute('lang'), language)
    t.is(await page.getByRole('heading').textContent(), words.errors.link_does_not_work.title)
    const technical = page.getByText('The client_id is not known here.')
    t.is(await technical.getAttribute('lang'), language === 'en' ? null : 'en')
    t.is(await overhang(page), 0)
  })
}
