import { createHash, X509Certificate } from 'node:crypto'
import type { ExecutionContext } from 'ava'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findProgram } from './program.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** It calls nobody of its own accord, and goes past every proxy. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
]

/**
 * A real browser with an empty profile, without a window, that ends with the test. Undefined where none is installed:
 * the test has been skipped then.
 * @param ports of this machine, by the host that the browser finds there at 443. It finds no other host at all.
 * @param trusted a certificate, in PEM, whose key it takes for good: without that no page has a service worker.
 */
export async function openChromium(
  t: ExecutionContext,
  ports: Record<string, number> = {},
  trusted?: string,
): Promise<Browser | undefined> {
  const executablePath = findProgram(t, NAMES, 'chromium')
  if (executablePath === undefined) return undefined
  const rules = Object.entries(ports).map(([host, port]) => `MAP ${host}:443 127.0.0.1:${port}`)
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: [
      ...FLAGS,
      ...(trusted === undefined ? [] : [`${TRUSTED}=${keyHash(trusted)}`]),
      `--host-resolver-rules=${[...rules, 'MAP * ~NOTFOUND'].join(', ')}`,
    ],
  })
  t.teardown(() => closeInTime(browser))
  return browser
}

/** Milliseconds; the process of the test ends the browser that takes longer. */
const CLOSE_TIMEOUT_MS = 10_000

async function closeInTime(browser: Browser): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)
  await Promise.race([browser.close(), promise])
  clearTimeout(timer)
}

const TRUSTED = '--ignore-certificate-errors-spki-list'

/** As Chromium names a public key. */
function keyHash(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}

/** A phone and a desktop, in pixels. */
export const SCREENS = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
}

/** Pixels that the page is wider than its screen, so that it scrolls sideways. */
export async function overhang(page: Page): Promise<number> {
  return Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))
}

/** Types where the page itself has put the focus, which a browser does only when it first draws the page. */
export async function typeAtOnce(page: Page, text: string): Promise<void> {
  await page.locator('[autofocus]:focus').waitFor()
  await page.keyboard.type(text)
}
