import test from 'ava'
import { examplePages, LANGUAGES, VALUES } from '../pages/examples.ts'
import { openChromium, overhang, SCREENS } from '../support/chromium.ts'
import { axeViolations } from './axe-violations.ts'
import { servePages } from './served-pages.ts'

const LOOKS = [
  { language: 'en', screen: 'phone', colorScheme: 'light' },
  { language: 'de', screen: 'phone', colorScheme: 'dark' },
  { language: 'en', screen: 'desktop', colorScheme: 'dark' },
  { language: 'de', screen: 'desktop', colorScheme: 'light' },
] as const

/** They are all of one make, of which there is an example besides. */
const ERROR = /^the page of /

for (const { language, screen, colorScheme } of LOOKS) {
  test.serial(`every page fits and can be used by everybody: ${language}, ${screen}, ${colorScheme}`, async (t) => {
    const browser = await openChromium(t)
    if (!browser) return
    const context = await browser.newContext({ viewport: SCREENS[screen], colorScheme, bypassCSP: true })
    const { names, address } = await servePages(context, examplePages(language))
    const page = await context.newPage()
    for (const name of names.filter((name) => !ERROR.test(name))) {
      await page.goto(address(name))
      t.is(await overhang(page), 0, name)
      t.deepEqual(await axeViolations(page), [], name)
    }
  })
}

test.serial('not even long names make a page wider than the narrowest of phones', async (t) => {
  const browser = await openChromium(t)
  if (!browser) return
  const values = { ...VALUES, clientName: 'M'.repeat(60), host: `${'long-'.repeat(12)}name.example` }
  for (const language of LANGUAGES) {
    const context = await browser.newContext({ viewport: { width: 320, height: 568 }, javaScriptEnabled: false })
    const { names, address } = await servePages(context, examplePages(language, values))
    const page = await context.newPage()
    for (const name of names) {
      await page.goto(address(name))
      t.is(await overhang(page), 0, `${name} (${language})`)
    }
  }
})

test.serial('the style is let through by the policy, and the browser finds nothing to complain about', async (t) => {
  const browser = await openChromium(t)
  if (!browser) return
  const context = await browser.newContext()
  const { names, address } = await servePages(context, examplePages('en'))
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  const shown = names.filter((name) => !ERROR.test(name))
  for (const name of shown) await page.goto(address(name))
  await page.goto(address('the sign-in page'))
  const background = await page.evaluate('getComputedStyle(document.querySelector("button.primary")).backgroundColor')
  t.is(background, 'rgb(11, 92, 173)')
  t.deepEqual(
    complaints.filter((text) => !/status of [45]\d\d/.test(text)),
    [],
  )
  t.is(asked.length, shown.length + 1)
})
