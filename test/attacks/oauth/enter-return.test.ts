import test from 'ava'
import { readReturnAddress } from '../../../src/account/return-address.ts'
import { ADA, ISSUER } from '../../support/gateway.ts'
import { openTwoHostBrowser, pathOf, startTwoHosts, UI } from '../../support/two-hosts.ts'

const STATE = 'A'.repeat(43)

const ELSEWHERE = [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example',
  'https:evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  `http://${UI}/`,
  `blob:https://${UI}/8c9a3d6e-6d1b-4f0e-9d40-0d3a8a3c2b5f`,
  `blob:${ISSUER}/8c9a3d6e-6d1b-4f0e-9d40-0d3a8a3c2b5f`,
  `https://${UI}:8443/`,
  `https://${UI}.evil.example/`,
  `https://${UI}@evil.example/`,
  `https://evil.example#@${UI}/`,
  `https://evil.example\\@${UI}/`,
  `https://user:word@${UI}/`,
  `${ISSUER}@evil.example/`,
  `${ISSUER}.evil.example/`,
  'https://dev.jasonhollis.com:8443/',
  '/alexa/account',
  '',
]

test('the page to sign in on sends nobody to another server, however the address is written', async (t) => {
  const { house } = await startTwoHosts(t)
  const { home } = openTwoHostBrowser(house)
  for (const signedIn of [false, true]) {
    if (signedIn) {
      const page = await home.open(`/alexa/enter?return=${encodeURIComponent(`${ISSUER}/page`)}`)
      t.is((await home.submit(page, { username: ADA.name, password: ADA.password })).status, 303)
    }
    for (const to of ELSEWHERE) {
      const { status, location } = await home.open(`/alexa/enter?${new URLSearchParams({ return: to, state: STATE })}`)
      t.deepEqual([status, location], [400, ''], to)
    }
  }
})

test('a form whose address was changed on the way is refused', async (t) => {
  const { house } = await startTwoHosts(t)
  const { home } = openTwoHostBrowser(house)
  const page = await home.open(`/alexa/enter?return=${encodeURIComponent(`${ISSUER}/page`)}`)
  const query = new URLSearchParams({ return: `https://${UI}/`, state: STATE }).toString()
  page.hidden.request = Buffer.from(query).toString('base64url')
  t.is((await home.submit(page, { username: ADA.name, password: ADA.password })).status, 403)
})

test('a path that begins with two slashes stays on its host', async (t) => {
  const { house } = await startTwoHosts(t)
  const { home, ui } = openTwoHostBrowser(house)
  const sent = await ui.open('//evil.example/')
  if (sent.status === 303) {
    const asked = await home.open(pathOf(sent.location))
    const ticket = await home.submit(asked, { username: ADA.name, password: ADA.password })
    const { location } = await ui.open(pathOf(ticket.location))
    t.is(new URL(location).host, UI)
  } else t.is(sent.status, 400)
})

test('where one may go back to: the own pages, and those of hosts whose routes ask for a session, with a state', (t) => {
  const account = { issuer: ISSUER, origins: new Set([`https://${UI}`]) }
  const read = (to: string, state?: string) =>
    readReturnAddress(new URLSearchParams({ return: to, ...(state !== undefined && { state }) }).toString(), account)
  t.like(read(`${ISSUER}/page`), { to: { href: `${ISSUER}/page` } })
  t.is(read(`https://${UI}/x?y`, STATE)?.state, STATE)
  for (const state of [undefined, '', 'short', `${STATE}A`]) t.is(read(`https://${UI}/x`, state), undefined)
  t.is(read('https://other.example/', STATE), undefined)
})
