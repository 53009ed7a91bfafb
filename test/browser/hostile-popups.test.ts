import test from 'ava'
import { startDevice } from '../support/device.ts'
import { ISSUER } from '../support/gateway.ts'
import { AUTHORIZE, ELSEWHERE, openHostile, PREFIXES } from './hostile-upstream.ts'

/** Opens a window on a press of the button, looks into it until it shows a form, and presses the first button there. */
const attackBy = (open: string, target: string) => `<!doctype html><button id="go">A game</button><script>
  const target = ${JSON.stringify(target)}
  const open = () => { ${open} }
  addEventListener('message', () => end('kept off by SecurityError'))
  const end = (outcome) => { window.outcome = outcome }
  document.getElementById('go').onclick = () => {
    let opened
    try { opened = open() } catch (error) { return end('kept off by ' + error.name) }
    const timer = setInterval(() => {
      if (window.outcome) return clearInterval(timer)
      if (opened.closed) return end('out of reach')
      try {
        const { document, location } = opened
        const button = document.querySelector('form button')
        if (button) { button.click(); return end('pressed ' + document.title) }
        if (document.querySelector('h1')) end('looked at ' + document.title)
      } catch (error) {
        end('kept off by ' + error.name)
      }
    }, 10)
  }
</script>`

const WAYS = {
  'by itself': 'return window.open(target)',
  'through a redirect of another site': `return window.open(target.includes('/authorize') ? '${ELSEWHERE}/hop' : target)`,
  'by a frame of no origin within the window': `
    const opened = window.open('about:blank')
    opened.document.body.innerHTML = '<iframe sandbox="allow-scripts allow-top-navigation"></iframe>'
    opened.document.querySelector('iframe').srcdoc = '<script>try { top.location = ' + JSON.stringify(target) + ' } catch (e) { top.opener.postMessage(e.name, "*") }<' + '/script>'
    return opened`,
}

for (const [way, open] of Object.entries(WAYS)) {
  test.serial(`61. a page of an upstream neither reads nor presses what it opens ${way}`, async (t) => {
    const opened = await openHostile(t)
    if (!opened) return
    const { house, context, page, serve, consents } = opened
    const device = await startDevice(house)
    serve('victim', { body: '<h1>Mine</h1><form><button>Mine</button></form>' })
    for (const prefix of PREFIXES) {
      for (const policy of ['unsafe-none', 'same-origin']) {
        const outcomeOf = async (target: string) => {
          const headers = { 'Cross-Origin-Opener-Policy': policy }
          serve('attack', { body: attackBy(open, target), headers })
          await page.goto(`${ISSUER}${prefix}/attack`)
          const [popup] = await Promise.all([context.waitForEvent('page'), page.locator('#go').click()])
          const outcome = await page.waitForFunction('window.outcome')
          const text = `${prefix} ${policy} ${target}: ${await outcome.jsonValue()}`
          // Not waited for: a window that was just cut off from its opener has been seen not to answer to this for ever.
          popup.close().catch(() => {})
          return text
        }
        for (const target of [AUTHORIZE, device.verification_uri_complete])
          t.regex(await outcomeOf(target), /: (out of reach|kept off by SecurityError)$/)
        // What would press it works: on a page of the upstream's own it does.
        if (prefix === '/free') t.regex(await outcomeOf(`${ISSUER}/free/victim`), /: pressed $/)
      }
    }
    t.is(consents(), 1)
  })
}
