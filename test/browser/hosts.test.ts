import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import type { BrowserContext, Page } from 'playwright-core'
import { WebSocketServer } from 'ws'
import { openChromium } from '../support/chromium.ts'
import { ADA, ISSUER, JAPAN, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { ALEXA_REQUEST, callApi, link } from '../support/linking.ts'

const UI = 'https://music.example.org'
const AUTHORIZE = `${ISSUER}/alexa/authorize?${new URLSearchParams({ ...ALEXA_REQUEST, client_id: 'other' })}`

interface Home {
  house: TestHouse
  context: BrowserContext
  page: Page
  /** What the web UI answers at a path; its own page if nothing. */
  serve: (path: string, body: string) => void
  /** What reached it. */
  seen: { method: string; url: string; authorization?: string; user?: string; cookie?: string }[]
}

/** A gateway with a web UI on a host of its own, and on that of the consent page where an owner was careless, and a real browser. */
async function openHome(t: ExecutionContext): Promise<Home | undefined> {
  const pages = new Map<string, string>()
  const seen: Home['seen'] = []
  const note = ({ method = '', url = '', headers }: IncomingMessage) =>
    seen.push({
      ...{ method, url, cookie: headers.cookie, user: String(headers['x-remote-user-name'] ?? '') },
      authorization: headers.authorization,
    })
  const server = createServer((request, response) => {
    note(request)
    const body = pages.get(new URL(request.url ?? '', UI).pathname) ?? '<h1>Music</h1>'
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(body)
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    note(request)
    socket.send('hello')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const client of sockets.clients) client.terminate()
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const house = await startTestHouse(t, (config) => {
    Object.assign(config.upstreams, { ui: { url } })
    const to = { host: new URL(UI).host, upstream: 'ui', auth: 'session', pass_authorization: true }
    config.routes.push(
      ...([
        { ...to, path: '/*', sandbox: false },
        { ...to, path: '/ws', websocket: true },
        { path: '/free/*', upstream: 'ui', auth: 'none', sandbox: false },
        { path: '/kept/*', upstream: 'ui', auth: 'none' },
        // Stands in for Amazon, and so the certificate has its name.
        { host: new URL(JAPAN).host, path: '/here', auth: 'none', redirect: '/' },
      ] as never[]),
    )
  })
  const hosts = [UI, ISSUER, JAPAN].map((one) => [new URL(one).host, house.port])
  const browser = await openChromium(t, Object.fromEntries(hosts), house.prepared.certificates()[0]!.certificate)
  if (!browser) return undefined
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  return { house, context, page: await context.newPage(), serve: (path, body) => pages.set(path, body), seen }
}

async function signIn(page: Page): Promise<void> {
  await page.locator('[name=username]').fill(ADA.name)
  await page.locator('[name=password]').fill(ADA.password)
  await page.locator('[value=sign-in]').click()
}

/** Runs this in a page, as a script of its own would, until it has something to tell. */
async function outcomeOf(page: Page, script: string): Promise<unknown> {
  await page.evaluate(
    `window.outcome = undefined; setTimeout(async () => { window.outcome = await (async () => { ${script} })().catch((error) => 'threw ' + error.name) }); 0`,
  )
  return (await page.waitForFunction('window.outcome')).jsonValue()
}

test.serial('a browser opens the web UI on its host, signs in once, and its calls and WebSockets pass', async (t) => {
  const home = await openHome(t)
  if (!home) return
  const { page, seen, house } = home
  await page.goto(`${UI}/library?x=1`)
  t.is(new URL(page.url()).origin, ISSUER)
  await Promise.all([page.waitForURL(`${UI}/library?x=1`), signIn(page)])
  t.is(await page.locator('h1').textContent(), 'Music')
  t.is(await page.evaluate('document.cookie'), '', 'no script sees what lets it in')
  const called = `return String((await fetch('/call', { method: 'POST', headers: { Authorization: 'Bearer theirs' } })).status)`
  t.is(await outcomeOf(page, called), '200')
  t.like(
    seen.find(({ url }) => url === '/call'),
    { method: 'POST', authorization: 'Bearer theirs', user: 'ada', cookie: undefined },
  )
  const heard = `const socket = new WebSocket('wss://music.example.org/ws')
    return await new Promise((resolve) => { socket.onmessage = ({ data }) => resolve(data); socket.onerror = () => resolve('error') })`
  t.is(await outcomeOf(page, heard), 'hello')
  t.like(
    seen.find(({ url }) => url === '/ws'),
    { user: 'ada' },
  )
  await page.goto(`${ISSUER}/alexa/sign-out`)
  await Promise.all([page.waitForEvent('load'), page.locator('[value=sign-out]').click()])
  await page.goto(`${UI}/`)
  t.is(new URL(page.url()).origin, ISSUER, 'signed out there too')
  t.true(house.events().some(({ event }) => event === 'signed_out'))
})

/** Opens a window on a press, looks into it until it shows a form, and presses the first button there. */
const attackOn = (target: string) => `<!doctype html><button id="go">A game</button><script>
  const end = (outcome) => { window.outcome = outcome }
  document.getElementById('go').onclick = () => {
    const opened = window.open(${JSON.stringify(target)})
    if (!opened) return end('out of reach')
    const timer = setInterval(() => {
      if (window.outcome) return clearInterval(timer)
      if (opened.closed) return end('out of reach')
      try {
        const { document } = opened
        const button = document.querySelector('form button')
        if (button) { button.click(); return end('pressed ' + document.title) }
        if (document.querySelector('h1')) end('looked at ' + document.title)
      } catch (error) {
        end('kept off by ' + error.name)
      }
    }, 10)
  }
</script>`

test.serial(
  '61. a web UI neither reads nor presses the consent, account, device or sign-out page: same host or its own, sandboxed or not',
  async (t) => {
    const home = await openHome(t)
    if (!home) return
    const { page, context, serve, house } = home
    const { access } = await link(house)
    await page.goto(`${UI}/`)
    await Promise.all([page.waitForURL(`${UI}/`), signIn(page)])
    for (const from of [`${UI}/attack`, `${ISSUER}/free/attack`, `${ISSUER}/kept/attack`]) {
      const paths = ['account', 'device?user_code=WDJB-MJHT', 'sign-out', 'enter?return=x']
      for (const target of [AUTHORIZE, ...paths.map((path) => `${ISSUER}/alexa/${path}`)]) {
        serve(new URL(from).pathname, attackOn(target))
        await page.goto(from)
        const [popup] = await Promise.all([context.waitForEvent('page'), page.locator('#go').click()])
        const outcome = String(await (await page.waitForFunction('window.outcome')).jsonValue())
        popup.close().catch(() => {})
        t.regex(outcome, /^(out of reach|kept off by SecurityError)$/, `${from} ${target}`)
      }
    }
    const events = house.events().map(({ event }) => event)
    t.is(events.filter((event) => event === 'consented').length, 1, 'the one that the test itself gave')
    t.false(events.includes('signed_out'))
    t.false(events.includes('revoked'))
    t.is((await callApi(house, access)).status, 200)
    // What would press it works: on what is the web UI's own it does.
    serve('/victim', '<form><button>Mine</button></form>')
    serve('/attack', attackOn(`${UI}/victim`))
    await page.goto(`${UI}/attack`)
    await page.locator('#go').click()
    t.regex(String(await (await page.waitForFunction('window.outcome')).jsonValue()), /^pressed/)
  },
)

test.serial(
  '61. a web UI can neither send a form of the account page nor fetch it, nor give the session away',
  async (t) => {
    const home = await openHome(t)
    if (!home) return
    const { page, serve, house } = home
    const { access } = await link(house)
    await page.goto(`${UI}/`)
    await Promise.all([page.waitForURL(`${UI}/`), signIn(page)])
    await page.goto(`${ISSUER}/alexa/account`)
    const fields = (await page.evaluate(
      '[...document.forms[0].querySelectorAll("input")].map(({ name, value }) => [name, value])',
    )) as [string, string][]
    const inputs = [...fields, ['decision', 'end']].map(([name, value]) => `<input name="${name}" value="${value}">`)
    const form = `<form method="post" action="${ISSUER}/alexa/account">${inputs.join('')}</form>`
    for (const from of [`${UI}/attack`, `${ISSUER}/free/attack`, `${ISSUER}/kept/attack`]) {
      serve(new URL(from).pathname, `${form}<script>onload = () => document.forms[0].submit()</script>`)
      await page.goto(from)
      await page.waitForURL(`${ISSUER}/alexa/account`)
      t.is(await page.locator('form').count(), 0, `${from} was refused`)
      serve(new URL(from).pathname, '<h1>Mine</h1>')
      await page.goto(from)
      const fetched = `return String((await (await fetch('${ISSUER}/alexa/account', { credentials: 'include' })).text()).includes('csrf'))`
      t.regex(String(await outcomeOf(page, fetched)), /^(false|threw TypeError)$/, from)
    }
    t.is((await callApi(house, access)).status, 200)
    // A press on the page itself ends it.
    await page.goto(`${ISSUER}/alexa/account`)
    await Promise.all([page.waitForEvent('load'), page.locator('[value=end]').first().click()])
    t.regex((await page.locator('[role=status]').textContent()) ?? '', /can do nothing in your name any more/)
    t.is((await callApi(house, access)).status, 401)
  },
)

test.serial(
  'both integrations side by side: account linking at /alexa of the gateway, signing in at Amazon on the host of the UI',
  async (t) => {
    const home = await openHome(t)
    if (!home) return
    const { page, serve, seen } = home
    serve(
      '/alexa/auth/proxy/',
      '<form method="post" action="/alexa/auth/proxy/ap/signin"><button>Amazon</button></form>',
    )
    await page.goto(`${UI}/alexa/auth/proxy/`)
    await Promise.all([page.waitForURL(`${UI}/alexa/auth/proxy/`), signIn(page)])
    await Promise.all([page.waitForURL(`${UI}/alexa/auth/proxy/ap/signin`), page.locator('button').click()])
    const posted = seen.find(({ method }) => method === 'POST')
    t.like(posted, { url: '/alexa/auth/proxy/ap/signin', user: 'ada' })
    await page.goto(AUTHORIZE)
    await Promise.all([page.waitForURL((url) => url.href.startsWith(JAPAN)), page.locator('[value=approve]').click()])
    t.true(new URL(page.url()).searchParams.has('code'))
  },
)

test.serial('the account page can be used by keyboard alone, and without script', async (t) => {
  const home = await openHome(t)
  if (!home) return
  const { context, house } = home
  await link(house)
  const browser = context.browser()
  const plain = await browser!.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false })
  const page = await plain.newPage()
  await page.goto(`${ISSUER}/alexa/account`)
  await page.keyboard.press('Tab')
  await page.keyboard.type(ADA.name)
  await page.keyboard.press('Tab')
  await page.keyboard.type(ADA.password)
  await Promise.all([page.waitForURL(`${ISSUER}/alexa/account`), page.keyboard.press('Enter')])
  await page.keyboard.press('Tab')
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
  t.is(await page.locator('[role=status]').count(), 1)
})
