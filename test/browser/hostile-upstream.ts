import type { ExecutionContext } from 'ava'
import type { BrowserContext, Page } from 'playwright-core'
import { addKitchen } from '../support/device.ts'
import { ADA, ISSUER, JAPAN, type TestHouse } from '../support/gateway.ts'
import { ALEXA_REQUEST } from '../support/linking.ts'
import { startUpstream } from '../support/scripted-upstream.ts'
import { openHouse, openLinking } from './open-house.ts'

/** What the upstream answers at a path, below each of the prefixes. */
export interface Served {
  body: string
  type?: string | undefined
  headers?: Record<string, string>
}

export interface HostileHouse {
  house: TestHouse
  context: BrowserContext
  /** Of somebody who has signed in, and looks at what the upstream serves. */
  page: Page
  /** Answers so from now on, at `/page/NAME`, at `/free/NAME` and at `/NAME`. */
  serve: (name: string, served: Served) => void
  /** The paths that reached the upstream. */
  seen: string[]
  /** How many consents were given. */
  consents: () => number
}

export const AUTHORIZE = `${ISSUER}/alexa/authorize?${new URLSearchParams({ ...ALEXA_REQUEST, client_id: 'other' })}`

/** On another site: it only sends the browser on to the authorization endpoint. */
export const ELSEWHERE = `https://${new URL(JAPAN).host}`

/** The pages of an upstream, kept apart, and where the owner has switched that off. */
export const PREFIXES = ['/page', '/free']

/**
 * A gateway before an upstream that serves what a test says, on the host on which people approve, and a browser in which
 * somebody has signed in.
 */
export async function openHostile(t: ExecutionContext): Promise<HostileHouse | undefined> {
  const answers = new Map<string, Served>()
  const seen: string[] = []
  const { url } = await startUpstream(t, (request, response) => {
    const { pathname } = new URL(request.url ?? '', ISSUER)
    seen.push(pathname)
    const { body, type, headers } = answers.get(pathname.replace(/^\/(page|free)?\/?/, '')) ?? { body: '' }
    response.writeHead(200, { ...headers, ...(type !== undefined && { 'Content-Type': type }) }).end(body)
  })
  const opened = await openHouse(t, { javaScriptEnabled: true }, (config) => {
    addKitchen(config)
    Object.assign(config.upstreams, { hostile: { url } })
    const to = { upstream: 'hostile', auth: 'none' }
    config.routes.push(
      { ...to, path: '/page/*', websocket: true },
      { ...to, path: '/free/*', websocket: true, sandbox: false } as never,
      { ...to, path: '/worker.js', sandbox: false } as never,
      { host: new URL(JAPAN).host, path: '/hop', auth: 'none', redirect: AUTHORIZE } as never,
      {
        ...{ host: new URL(JAPAN).host, path: '/app', auth: 'none' },
        respond: { status: 200, type: 'text/html', body: `<a href="${AUTHORIZE.replaceAll('&', '&amp;')}">Link</a>` },
      } as never,
    )
  })
  if (!opened) return undefined
  const { house, page } = opened
  await openLinking(page)
  await page.locator('[name=username]').fill(ADA.name)
  await page.locator('[name=password]').fill(ADA.password)
  await Promise.all([page.waitForURL((one) => one.href.startsWith(JAPAN)), page.locator('[value=approve]').click()])
  return {
    house,
    context: page.context(),
    page,
    serve: (name, served) => answers.set(name, { type: 'text/html', ...served }),
    seen,
    consents: () => house.events().filter(({ event }) => event === 'consented').length,
  }
}
