import test from 'ava'
import { wordsFor } from '../../src/pages/words/words-for.ts'
import { overhang, SCREENS, typeAtOnce } from '../support/chromium.ts'
import { addKitchen, KITCHEN, poll, startDevice } from '../support/device.ts'
import { ADA, ISSUER } from '../support/gateway.ts'
import { nextPage, openHouse } from './open-house.ts'

const BROWSERS = [
  { language: 'en', options: { viewport: SCREENS.desktop, locale: 'en' } },
  { language: 'de', options: { viewport: SCREENS.phone, locale: 'de', colorScheme: 'dark' } },
] as const

for (const { language, options } of BROWSERS) {
  const words = wordsFor(language)

  test.serial(`somebody connects a device, from the keyboard, and signs out (${language})`, async (t) => {
    const opened = await openHouse(t, options, addKitchen)
    if (!opened) return
    const { house, page } = opened
    const device = await startDevice(house)

    await page.goto(device.verification_uri)
    t.is(await page.title(), words.deviceCode.title)
    await typeAtOnce(page, 'bbbb-bbbb')
    t.is(await nextPage(page, () => page.keyboard.press('Enter')), 400)
    t.is(await page.getByRole('alert').textContent(), words.problems['unknown-code'])
    t.is(await overhang(page), 0)

    await page.getByLabel(words.deviceCode.label).fill(device.user_code.toLowerCase().replace('-', ' '))
    t.is(await nextPage(page, () => page.keyboard.press('Enter')), 200)
    t.is(await page.title(), words.device.title(KITCHEN.name))
    t.is(await overhang(page), 0)
    await page.keyboard.press('Tab')
    await page.keyboard.type(ADA.name)
    await page.keyboard.press('Tab')
    await page.keyboard.type(ADA.password)
    t.is(await nextPage(page, () => page.keyboard.press('Enter')), 200)
    t.is(await page.getByRole('heading').textContent(), words.deviceDone.approved(KITCHEN.name))
    t.truthy((await poll(house, device)).json.access_token)

    await page.goto(`${ISSUER}/alexa/sign-out`)
    t.true(await page.getByText(ADA.displayName).isVisible())
    await page.keyboard.press('Tab')
    t.is(await nextPage(page, () => page.keyboard.press('Enter')), 200)
    t.is(await page.title(), words.signOut.done)
    await page.goto(`${ISSUER}/alexa/sign-out`)
    t.is(await page.getByRole('button').count(), 0)
  })

  test.serial(
    `a code that comes with the address is shown to be compared, and can be denied (${language})`,
    async (t) => {
      const opened = await openHouse(t, options, addKitchen)
      if (!opened) return
      const { house, page } = opened
      const device = await startDevice(house)

      await page.goto(device.verification_uri_complete)
      t.is(await page.getByLabel(words.deviceCode.label).inputValue(), device.user_code)
      t.is(await nextPage(page, () => page.getByRole('button', { name: words.continue }).click()), 200)
      t.is(await nextPage(page, () => page.getByRole('button', { name: words.deny }).click()), 200)
      t.is(await page.title(), words.deviceDone.denied)
      t.is((await poll(house, device)).json.error, 'access_denied')
    },
  )
}
