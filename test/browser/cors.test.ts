import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { Page } from 'playwright-core'
import { openChromium } from '../support/chromium.ts'
import { ADA, ISSUER, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { noteIssued } from '../support/issued-secrets.ts'
import { ALEXA_REQUEST, link } from '../support/linking.ts'
import { startUpstream } from '../support/scripted-upstream.ts'
import { APP_PAGE } from './app-page.ts'

const APP = 'https://app.example.org'
const ELSEWHERE = 'https://evil.example.net'
const API = `${ISSUER}/app/things`
const AUTHORIZE = `${ISSUER}/alexa/authorize?${new URLSearchParams({ ...ALEXA_REQUEST, client_id: 'other' })}`

interface Home {
  house: TestHouse
  page: Page
  /** Has the page run this, and waits for what comes of it. */
  run: (script: string) => Promise<Record<string, unknown>>
  /** Whether the page is shown what a `fetch` of this brings. */
  reads: (url: string, options?: object) => Promise<string>
}

/** A gateway with an API that pages of one origin may call, and a browser that finds these pages at two other hosts. */
async function openHome(t: ExecutionContext): Promise<Home | undefined> {
  const upstream = await startUpstream(t, (_, response) => {
    const theirs = { 'Access-Control-Allow-Origin': ELSEWHERE, 'Access-Control-Allow-Credentials': 'true' }
    response.writeHead(200, { ...theirs, 'Content-Type': 'application/json', 'Mcp-Session-Id': 'one' }).end('{"a":1}')
  })
  const house = await startTestHouse(t, ({ upstreams, oauth, routes }) => {
    Object.assign(upstreams, { app: { url: upstream.url } })
    Object.assign(oauth, { registration: { open: true, scopes: ['music.read', 'user:read'] } })
    const respond = { status: 200, body: APP_PAGE, type: 'text/html' }
    routes.push(
      ...([
        { path: '/app/*', upstream: 'app', auth: 'bearer', scopes: ['music.read'], cors: [APP] },
        { path: '/fixed', auth: 'none', respond: { status: 200, body: 'hi' } },
        ...[APP, ELSEWHERE].map((origin) => ({ host: new URL(origin).host, path: '/*', auth: 'none', respond })),
      ] as never[]),
    )
  })
  const hosts = [ISSUER, APP, ELSEWHERE].map((one) => [new URL(one).host, house.port])
  const browser = await openChromium(t, Object.fromEntries(hosts), house.prepared.certificates()[0]!.certificate)
  if (!browser) return undefined
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  return {
    house,
    page,
    run: (script) => page.evaluate(`(async () => { ${script} })()`),
    reads: (url, options = {}) =>
      page.evaluate(
        `fetch(${JSON.stringify(url)}, ${JSON.stringify(options)}).then(({ status }) => 'read ' + status, ({ name }) => 'threw ' + name)`,
      ),
  }
}

async function approve(page: Page): Promise<void> {
  await page.locator('[name=username]').fill(ADA.name)
  await page.locator('[name=password]').fill(ADA.password)
  await page.locator('[value=approve]').click()
}

test.serial('a page elsewhere finds out, registers, links, calls, refreshes and revokes, by fetch alone', async (t) => {
  const home = await openHome(t)
  if (!home) return
  const { page, run, house } = home
  await page.goto(`${APP}/`)
  const server = await run(`return discover('${API}')`)
  t.is(server.issuer, ISSUER)
  const initial = readFileSync(join(house.folder, 'data', 'registration.token'), 'utf8').trim()
  const client = await run(`return register(${JSON.stringify(server)}, '${initial}')`)
  t.regex(String(client.client_id), /^app-/)
  await Promise.all([
    page.waitForURL((url) => url.origin === ISSUER),
    run(`return begin(${JSON.stringify(server)}, '${client.client_id}')`).catch(() => {}),
  ])
  await Promise.all([page.waitForURL((url) => url.href.startsWith(`${APP}/callback?`)), approve(page)])
  const { access_token, refresh_token } = await run('return finish()')
  for (const secret of [access_token, refresh_token]) noteIssued(secret)

  t.like(await run(`return call('${API}', '${access_token}')`), { status: 200, session: 'one', body: '{"a":1}' })
  t.like(JSON.parse(String((await run(`return call('${server.userinfo_endpoint}', '${access_token}')`)).body)), {
    name: ADA.displayName,
  })
  const form = { grant_type: 'refresh_token', client_id: client.client_id, refresh_token }
  const refreshed = await run(`return post('${server.token_endpoint}', ${JSON.stringify(form)})`)
  t.is(refreshed.status, 200)
  const { access_token: next, refresh_token: successor } = refreshed.json as Record<string, string>
  for (const secret of [next, successor]) noteIssued(secret)
  t.like(await run(`return call('${API}', '${next}')`), { status: 200 })
  const ended = { client_id: client.client_id, token: successor }
  t.like(await run(`return post('${server.revocation_endpoint}', ${JSON.stringify(ended)})`), { status: 200 })
  const refused = await run(`return call('${API}', '${next}')`)
  t.is(refused.status, 401)
  t.regex(String(refused.challenge), /error="invalid_token".*resource_metadata=/)
})

test.serial(
  '61. a page elsewhere reads neither the pages of the gateway nor what is behind a route that has no say',
  async (t) => {
    const home = await openHome(t)
    if (!home) return
    const { page, house, reads } = home
    const { access } = await link(house, { scope: 'music.read music.control' })
    const bearer = { headers: { Authorization: `Bearer ${access}` } }
    for (const origin of [APP, ELSEWHERE]) {
      await page.goto(`${origin}/`)
      for (const path of ['account', 'device', 'sign-out', 'enter?return=x', 'introspect', 'device_authorization'])
        for (const options of [{}, { credentials: 'include' }, { method: 'POST', body: 'a=b' }])
          t.is(await reads(`${ISSUER}/alexa/${path}`, options), 'threw TypeError', `${origin} ${path}`)
      t.is(await reads(AUTHORIZE), 'threw TypeError')
      t.is(await reads(`${ISSUER}/any/x`, bearer), 'threw TypeError')
      t.is(await reads(`${ISSUER}/fixed`), 'threw TypeError')
      t.is(await reads(`${ISSUER}/health`), 'threw TypeError')
      // Even what any page may read, none may read with cookies.
      t.is(await reads(`${ISSUER}/alexa/userinfo`, { credentials: 'include' }), 'threw TypeError')
      t.is(await reads(`${ISSUER}/.well-known/oauth-authorization-server`), 'read 200')
      t.is(await reads(`${ISSUER}/alexa/userinfo`, bearer), 'read 403')
    }
    t.is(await reads(API, bearer), 'threw TypeError', 'it is for another origin, whatever the upstream says')
    t.is(await reads(API), 'threw TypeError')
    await page.goto(`${APP}/`)
    t.is(await reads(API, bearer), 'read 200')
    t.is(await reads(API, { ...bearer, credentials: 'include' }), 'threw TypeError')
  },
)
