import test from 'ava'
import type { Page } from 'playwright-core'
import { ISSUER, JAPAN } from '../support/gateway.ts'
import { AUTHORIZE, ELSEWHERE, openHostile, PREFIXES } from './hostile-upstream.ts'

/** Runs this in a page until it has something to tell, as a script of the page's own would. */
async function outcomeOf(page: Page, script: string): Promise<unknown> {
  await page.evaluate(
    `window.outcome = undefined; setTimeout(async () => { window.outcome = await (async () => { ${script} })().catch((error) => 'threw ' + error.name) }); 0`,
  )
  return (await page.waitForFunction('window.outcome')).jsonValue()
}

test.serial('61. no service worker of an upstream stands in front of the pages on which people approve', async (t) => {
  const opened = await openHostile(t)
  if (!opened) return
  const { page, serve, seen } = opened
  serve('attack', { body: '<h1>Mine</h1>' })
  const stands = `addEventListener('fetch', (event) => event.respondWith(new Response('<h1>Mine</h1>')))`
  serve('worker.js', { body: stands, type: 'text/javascript', headers: { 'Service-Worker-Allowed': '/' } })
  for (const prefix of PREFIXES) {
    await page.goto(`${ISSUER}${prefix}/attack`)
    for (const script of ['/worker.js', `${prefix}/worker.js`]) {
      const register = `return (await navigator.serviceWorker.register('${script}', { scope: '/' })).scope`
      t.regex(String(await outcomeOf(page, register)), /^threw (TypeError|SecurityError)$/, `${prefix} ${script}`)
    }
  }
  t.deepEqual(
    seen.filter((path) => path.endsWith('.js')),
    [],
  )
  await page.goto(AUTHORIZE)
  t.is(await page.locator('[value=approve]').count(), 1)
})

test.serial('61. no script or frame of an upstream is shown the page on which people approve', async (t) => {
  const opened = await openHostile(t)
  if (!opened) return
  const { page, serve, consents } = opened
  serve('attack', { body: '<h1>Mine</h1>' })
  serve('data', { body: 'approve', type: 'text/plain' })
  const fetched = (url: string) => `return String((await (await fetch('${url}')).text()).includes('approve'))`
  const framed = (url: string) => `
    const frame = document.createElement('iframe')
    frame.src = '${url}'
    const loaded = new Promise((resolve) => { frame.onload = resolve })
    document.body.append(frame)
    await loaded
    return String(frame.contentDocument.body.textContent.includes('approve'))`
  for (const prefix of PREFIXES) {
    for (const script of [fetched, framed]) {
      await page.goto(`${ISSUER}${prefix}/attack`)
      t.regex(String(await outcomeOf(page, script(AUTHORIZE))), /^(false|threw TypeError)$/, prefix)
      await page.goto(`${ISSUER}${prefix}/attack`)
      // What would read it works: where the owner has switched the sandbox off, on what is the upstream's own.
      if (prefix === '/free') t.is(await outcomeOf(page, script('/free/data')), 'true')
    }
  }
  t.is(consents(), 1)
})

test.serial('61. no page of an upstream sends a form of ours, even with the right token in it', async (t) => {
  const opened = await openHostile(t)
  if (!opened) return
  const { page, serve, consents } = opened
  for (const prefix of PREFIXES) {
    await page.goto(AUTHORIZE)
    const fields = (await page.evaluate(
      '[...document.querySelectorAll("input")].map(({ name, value }) => [name, value])',
    )) as [string, string][]
    t.true(fields.some(([name, value]) => name === 'csrf' && value !== ''))
    const inputs = [...fields, ['decision', 'approve']].map(
      ([name, value]) => `<input name="${name}" value="${value}">`,
    )
    const form = `<form method="post" action="/alexa/approve">${inputs.join('')}</form>`
    serve('attack', { body: `${form}<script>onload = () => document.forms[0].submit()</script>` })
    await page.goto(`${ISSUER}${prefix}/attack`)
    await page.waitForURL((url) => url.pathname === '/alexa/approve' || url.href.startsWith(JAPAN))
    t.is(await page.locator('h1').textContent(), 'Please start again', prefix)
  }
  t.is(consents(), 1)
  // With a press of the button on the page itself it is taken.
  await page.goto(AUTHORIZE)
  await Promise.all([
    page.waitForURL((url) => url.href.startsWith(JAPAN) && url.searchParams.has('code')),
    page.locator('[value=approve]').click(),
  ])
  t.is(consents(), 2)
})

const MARKUP = '<h1>Mine</h1><script>document.title = self.origin</script>'
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg"><title>a</title><script>document.documentElement.id = self.origin</script></svg>'
const XHTML = `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>a</title></head><body>${MARKUP}</body></html>`
const DOCUMENTS: [string | undefined, string][] = [
  ['text/html', MARKUP],
  ['text/html; charset=utf-8', MARKUP],
  ['TEXT/HTML', MARKUP],
  ['application/json, text/html', MARKUP],
  ['application/xhtml+xml', XHTML],
  ['application/xml', XHTML],
  ['text/xml', XHTML],
  ['image/svg+xml', SVG],
  ['application/made-up+xml', XHTML],
  ['made up', MARKUP],
  [undefined, MARKUP],
]

test.serial(
  '61. whatever a browser makes a document of is of no origin, unless the route says otherwise',
  async (t) => {
    const opened = await openHostile(t)
    if (!opened) return
    const { page, serve } = opened
    for (const [type, body] of DOCUMENTS) {
      serve('document', { body, type })
      for (const [prefix, origin] of [
        ['/page', 'null'],
        ['/free', ISSUER],
      ]) {
        const response = await page.goto(`${ISSUER}${prefix}/document`).catch(() => null)
        // What it only wants to save is no document.
        if (response) t.is(await page.evaluate('self.origin'), origin, `${prefix} ${type}`)
      }
    }
    serve('document', { body: MARKUP, headers: { 'Content-Security-Policy': "script-src 'none'" } })
    await page.goto(`${ISSUER}/page/document`)
    t.deepEqual([await page.evaluate('self.origin'), await page.title()], ['null', ''])
  },
)

test.serial(
  '61. pages that are kept apart still show pictures and link to accounts, and apps link as ever',
  async (t) => {
    const opened = await openHostile(t)
    if (!opened) return
    const { context, page, serve, consents } = opened
    const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>'
    serve('picture', { body: picture, type: 'image/svg+xml' })
    const link = `<a href="${AUTHORIZE.replaceAll('&', '&amp;')}"`
    serve('attack', {
      body: `<img src="picture">${link} id="here">here</a>${link} id="apart" target="_blank">apart</a>`,
    })
    const approve = async (one: Page, expected: number) => {
      const back = one.waitForURL((url) => url.href.startsWith(JAPAN) && url.searchParams.has('code'))
      await Promise.all([back, one.locator('[value=approve]').click()])
      t.is(consents(), expected)
    }
    await page.goto(`${ISSUER}/page/attack`)
    t.is(await page.evaluate('document.querySelector("img").naturalWidth'), 7)
    const [apart] = await Promise.all([context.waitForEvent('page'), page.locator('#apart').click()])
    await approve(apart, 2)
    await page.locator('#here').click()
    await approve(page, 3)
    await page.goto(`${ELSEWHERE}/app`)
    await page.locator('a').click()
    await approve(page, 4)
  },
)

test.serial('a web app calls its own server and listens to it where its route says sandbox: false', async (t) => {
  const opened = await openHostile(t)
  if (!opened) return
  const { page, serve, seen } = opened
  serve('app', { body: '<h1>Mine</h1>' })
  serve('data', { body: '{"a":1}', type: 'application/json' })
  await page.goto(`${ISSUER}/free/app`)
  t.is(await outcomeOf(page, `return (await (await fetch('/free/data', { method: 'POST' })).text())`), '{"a":1}')
  const socket = (path: string) => `
    await new Promise((resolve) => { new WebSocket('wss://' + location.host + '${path}').onerror = resolve })
    return 'over'`
  t.is(await outcomeOf(page, socket('/free/socket')), 'over')
  // It got there; that it speaks no WebSocket is another thing.
  t.true(seen.includes('/free/socket'))
  await page.goto(`${ISSUER}/page/app`)
  t.is(await outcomeOf(page, socket('/page/socket')), 'over')
  t.false(seen.includes('/page/socket'))
  t.is(await outcomeOf(page, `return (await (await fetch('/page/data')).text())`), 'threw TypeError')
})
