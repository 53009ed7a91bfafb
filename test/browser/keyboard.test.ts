import test, { type ExecutionContext } from 'ava'
import type { Page } from 'playwright-core'
import { examplePages } from '../pages/examples.ts'
import { openChromium, SCREENS, typeAtOnce } from '../support/chromium.ts'
import { type ServedPages, servePages } from './served-pages.ts'

/** Where Tab goes next, by name and value. */
async function tab(page: Page): Promise<string> {
  await page.keyboard.press('Tab')
  return focus(page)
}

async function focus(page: Page): Promise<string> {
  const script = '[document.activeElement.name, document.activeElement.value].join(" ")'
  return String(await page.evaluate(script)).trim()
}

/** The pages in a browser that runs no script. */
async function open(t: ExecutionContext, name: string): Promise<{ page: Page; served: ServedPages } | undefined> {
  const browser = await openChromium(t)
  if (!browser) return undefined
  const context = await browser.newContext({ viewport: SCREENS.phone, javaScriptEnabled: false })
  const served = await servePages(context, examplePages('en'))
  const page = await context.newPage()
  await page.goto(served.address(name))
  return { page, served }
}

async function submitted(page: Page, { posted }: ServedPages): Promise<Record<string, string>> {
  await page.getByText('posted').waitFor()
  return Object.fromEntries(posted.at(-1) ?? [])
}

test.serial('Tab goes from the name to the password, Approve and Deny, and Enter in a field approves', async (t) => {
  const opened = await open(t, 'the sign-in page')
  if (!opened) return
  const { page, served } = opened
  t.is(await tab(page), 'username')
  await page.keyboard.type('ada')
  t.is(await tab(page), 'password')
  await page.keyboard.type('secret')
  t.is(await tab(page), 'decision approve')
  t.is(await tab(page), 'decision deny')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  t.like(await submitted(page, served), { username: 'ada', password: 'secret', decision: 'approve' })
})

test.serial('Enter with an empty password sends nothing, and goes to the field', async (t) => {
  const opened = await open(t, 'the sign-in page')
  if (!opened) return
  const { page, served } = opened
  await tab(page)
  await page.keyboard.type('ada')
  await page.keyboard.press('Enter')
  await page.waitForTimeout(200)
  t.is(served.posted.length, 0)
  t.is(await focus(page), 'password')
})

test.serial('Deny is sent with nothing filled in', async (t) => {
  for (const name of ['the sign-in page', 'the second factor', 'the consent page']) {
    const opened = await open(t, name)
    if (!opened) return
    await opened.page.getByRole('button', { name: 'Deny' }).press('Enter')
    t.like(await submitted(opened.page, opened.served), { decision: 'deny', csrf: 'csrf-token' }, name)
  }
})

test.serial('the code of the second factor is typed at once and sent with Enter', async (t) => {
  const opened = await open(t, 'the second factor')
  if (!opened) return
  const { page, served } = opened
  await typeAtOnce(page, 'ab12-cd34')
  t.is(await focus(page), 'otp ab12-cd34')
  await page.keyboard.press('Enter')
  t.like(await submitted(page, served), { otp: 'ab12-cd34', decision: 'approve' })
})

test.serial('who is signed in approves with Tab and Enter, and never without', async (t) => {
  const opened = await open(t, 'the consent page')
  if (!opened) return
  const { page, served } = opened
  await page.keyboard.press('Enter')
  await page.waitForTimeout(200)
  t.is(served.posted.length, 0)
  t.deepEqual(
    [await tab(page), await tab(page), await tab(page)],
    ['decision approve', 'decision deny', 'decision sign-out'],
  )
  await page.keyboard.press('Space')
  t.like(await submitted(page, served), { decision: 'sign-out' })
})

test.serial('the code of a device is sent as it was typed, though it is shown in capitals', async (t) => {
  const opened = await open(t, 'the page for a code')
  if (!opened) return
  const { page, served } = opened
  await typeAtOnce(page, 'wdjb mjht')
  t.is(await focus(page), 'user_code wdjb mjht')
  t.is(await page.evaluate('getComputedStyle(document.activeElement).textTransform'), 'uppercase')
  await page.keyboard.press('Enter')
  t.like(await submitted(page, served), { user_code: 'wdjb mjht', request: 'cmVxdWVzdA' })
})

test.serial(
  'nothing traps the keyboard: Escape changes nothing, and Tab leaves the page behind its last button',
  async (t) => {
    for (const name of ['the sign-in page after a wrong password', 'the second factor', 'the page for a code']) {
      const opened = await open(t, name)
      if (!opened) return
      const { page } = opened
      await page.locator('[autofocus]:focus').waitFor()
      const start = await focus(page)
      await page.keyboard.press('Escape')
      t.is(await focus(page), start, name)
      const visited: string[] = []
      while (visited.length < 10 && visited.at(-1) !== '') visited.push(await tab(page))
      t.is(visited.at(-1), '', `${name}: ${visited}`)
    }
  },
)

for (const [screen, viewport] of Object.entries({ ...SCREENS, 'phone on its side': { width: 844, height: 390 } })) {
  test.serial(`after an error both the field with the focus and what was wrong are in sight: ${screen}`, async (t) => {
    const browser = await openChromium(t)
    if (!browser) return
    const context = await browser.newContext({ viewport, javaScriptEnabled: false })
    const { names, address } = await servePages(context, examplePages('de'))
    const page = await context.newPage()
    for (const name of names.filter((name) => / after (a|an|too many) (wrong|unknown)/.test(name))) {
      await page.goto(address(name))
      await page.locator('[autofocus]:focus').waitFor()
      const alarm = await page.getByRole('alert').boundingBox()
      const field = await page.locator(':focus').boundingBox()
      t.true(alarm !== null && alarm.y >= 0, `${name}: ${JSON.stringify(alarm)}`)
      t.true(field !== null && field.y + field.height <= viewport.height, `${name}: ${JSON.stringify(field)}`)
    }
  })
}
