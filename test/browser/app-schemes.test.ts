import test from 'ava'
import { wordsFor } from '../../src/pages/words/words-for.ts'
import { ADA, ISSUER } from '../support/gateway.ts'
import { openHouse } from './open-house.ts'

const CALLBACK = 'cursor://anysphere.cursor-mcp/oauth/callback'

test.serial(
  'an app with a scheme of its own gets its code: no policy of the page keeps the browser from going there',
  async (t) => {
    const opened = await openHouse(t, {}, (config) => {
      const scopes = ['music.read']
      config.oauth.clients.push({ id: 'editor', name: 'Editor', public: true, redirect_uris: [CALLBACK], scopes })
    })
    if (!opened) return
    const { page } = opened
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    const left = page.waitForEvent('requestfailed', (request) => request.url().startsWith('cursor:'))
    const query = new URLSearchParams({
      ...{ client_id: 'editor', response_type: 'code', redirect_uri: CALLBACK, state: 'of the app' },
      ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
    })
    await page.goto(`${ISSUER}/alexa/authorize?${query}`)
    const { signIn, approve } = wordsFor('en')
    t.true(await page.getByText('calls itself cursor://anysphere.cursor-mcp/oauth/callback').isVisible())
    await page.getByLabel(signIn.username).fill(ADA.name)
    await page.getByLabel(signIn.password).fill(ADA.password)
    const answered = page.waitForResponse((response) => response.url() === `${ISSUER}/alexa/approve`)
    await page.getByRole('button', { name: approve }).click()
    const response = await answered
    t.is(response.status(), 303)
    const went = new URL((await left).url())
    t.is(`${went.protocol}//${went.host}${went.pathname}`, CALLBACK)
    t.regex(went.searchParams.get('code') ?? '', /^[\w-]{43}$/)
    t.is(went.searchParams.get('state'), 'of the app')
    t.notRegex(complaints.join('\n'), /Content Security Policy|form-action/i)
  },
)
