import type { ExecutionContext } from 'ava'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { openChromium } from '../support/chromium.ts'
import { ISSUER, JAPAN, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { ALEXA_REQUEST } from '../support/linking.ts'

/**
 * A gateway, and a browser that runs no script and knows no other server: the gateway stands in for Amazon as well, and
 * answers 404 there.
 */
export async function openHouse(
  t: ExecutionContext,
  options: BrowserContextOptions = {},
  change?: Parameters<typeof startTestHouse>[1],
): Promise<{ house: TestHouse; page: Page } | undefined> {
  const house = await startTestHouse(t, (config) => {
    change?.(config)
    // So that the certificate has that name as well.
    config.routes.push({ host: new URL(JAPAN).host, path: '/here', auth: 'none', redirect: '/' } as never)
  })
  const ports = { [new URL(ISSUER).host]: house.port, [new URL(JAPAN).host]: house.port }
  const browser = await openChromium(t, ports, house.prepared.certificates()[0]!.certificate)
  if (!browser) return undefined
  const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false, ...options })
  return { house, page: await context.newPage() }
}

/** Goes where the Alexa app sends people. */
export async function openLinking(page: Page, parameters: Partial<typeof ALEXA_REQUEST> = {}): Promise<number> {
  const query = new URLSearchParams({ ...ALEXA_REQUEST, ...parameters })
  const response = await page.goto(`${ISSUER}/alexa/authorize?${query}`)
  return response?.status() ?? 0
}

/** Does what sends the browser back to the app. @returns what the app is told. */
export async function backAtApp(page: Page, act: () => Promise<void>): Promise<URLSearchParams> {
  await Promise.all([page.waitForURL((url) => url.href.startsWith(`${JAPAN}?`)), act()])
  return new URL(page.url()).searchParams
}

/** Does what leads to another page of the gateway. @returns its status. */
export async function nextPage(page: Page, act: () => Promise<void>): Promise<number> {
  const answered = page.waitForResponse((response) => response.url().startsWith(ISSUER))
  const [response] = await Promise.all([answered, page.waitForEvent('load'), act()])
  return response.status()
}
