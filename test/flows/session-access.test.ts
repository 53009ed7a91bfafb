import test from 'ava'
import { changePassword, disableUser } from '../../src/users/users.ts'
import { Browser } from '../support/browser.ts'
import { ADA, ISSUER } from '../support/gateway.ts'
import { link } from '../support/linking.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { HOME, openTwoHostBrowser, pathOf, signInTo, startTwoHosts, UI } from '../support/two-hosts.ts'

const cookiesOf = ({ cookies }: Browser) => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

/** A request of a browser, byte for byte. */
const asBrowser = (method: string, path: string, browser: Browser, headers: string[] = []) =>
  rawRequest(`${method} ${path}`, [`Cookie: ${cookiesOf(browser)}`, 'Content-Length: 0', ...headers]).replace(
    'Host: localhost',
    `Host: ${browser.headers.host}`,
  )

test.serial(
  'whoever opens a page of a host of its own is sent to sign in, comes back to it, and is told to its server',
  async (t) => {
    const { house, seen, last } = await startTwoHosts(t)
    const browser = openTwoHostBrowser(house)
    const sent = await browser.ui.open('/library?sort=name')
    t.is(sent.status, 303)
    t.true(sent.location.startsWith(`${ISSUER}/alexa/enter?return=`))
    t.is(seen.length, 0)
    const asked = await browser.home.open(pathOf(sent.location))
    t.regex(asked.text, /Sign in to dev\.jasonhollis\.com.*Then you go on to <strong>music\.example\.org</s)
    const signedIn = await browser.home.submit(asked, { username: ADA.name, password: ADA.password })
    t.regex(signedIn.location, /^https:\/\/music\.example\.org\/\.well-known\/skillgate-arrival\?ticket=[\w-]{43}$/)
    const arrived = await browser.ui.open(pathOf(signedIn.location))
    t.is(arrived.location, `https://${UI}/library?sort=name`)
    t.deepEqual([...browser.ui.cookies.keys()], ['__Host-skillgate-visit'])
    t.is((await browser.ui.open('/library?sort=name')).text, '<h1>Music</h1>')
    t.is(last('x-remote-user-name'), 'ada')
    t.is(last('x-auth-scopes'), 'music.read music.control user:read')
    t.is(last('x-auth-client-id'), undefined)
    t.is(last('x-forwarded-host'), UI)
    t.is(last('cookie'), undefined, 'our cookies are for nobody else')
  },
)

test.serial('whoever has signed in already goes on without a word, to a page of the same host too', async (t) => {
  const { house } = await startTwoHosts(t)
  const browser = openTwoHostBrowser(house)
  await signInTo(browser, '/')
  const second = { home: browser.home, ui: new Browser(house, { host: UI }) }
  t.is((await signInTo(second, '/queue')).location, `https://${UI}/queue`)
  t.is((await browser.home.open('/page')).text, '<h1>Music</h1>')
  const stranger = new Browser(house, { host: HOME })
  const sent = await stranger.open('/page')
  const asked = await stranger.open(pathOf(sent.location))
  const back = await stranger.submit(asked, { username: ADA.name, password: ADA.password })
  t.is(back.location, `${ISSUER}/page`)
  t.is((await stranger.open('/page')).status, 200)
})

test.serial('a wrong password is told, and the way goes on after the right one', async (t) => {
  const { house } = await startTwoHosts(t)
  const { home, ui } = openTwoHostBrowser(house)
  const asked = await home.open(pathOf((await ui.open('/')).location))
  const wrong = await home.submit(asked, { username: 'ada', password: 'wrong' })
  t.is(wrong.status, 400)
  t.regex(wrong.text, /The user name or the password is not right/)
  const right = await home.submit(wrong, { username: 'ada', password: ADA.password })
  t.is((await ui.open(pathOf(right.location))).status, 303)
})

test.serial(
  'a program without a session is told 401 in JSON, and so is a script, a frame and a WebSocket',
  async (t) => {
    const { house, seen } = await startTwoHosts(t)
    const ui = new Browser(house, { host: UI })
    const ask = (method: string, headers: string[]) => exchangeRaw(house, asBrowser(method, '/x', ui, headers))
    for (const headers of [
      ['Accept: application/json'],
      ['Accept: text/html', 'Sec-Fetch-Dest: empty', 'Sec-Fetch-Mode: cors'],
      ['Accept: text/html', 'Sec-Fetch-Dest: iframe', 'Sec-Fetch-Mode: navigate'],
    ]) {
      const { status, header } = await ask('GET', headers)
      t.is(status, 401, headers.join())
      t.is(header('www-authenticate')[0], 'Session realm="skillgate"')
    }
    t.deepEqual(JSON.parse((await ask('GET', [])).body).error, 'unauthorized')
    t.is((await ask('POST', ['Accept: text/html'])).status, 401)
    t.is((await exchangeRaw(house, asBrowser('GET', '/ws', ui, UPGRADE))).status, 401)
    t.is(seen.length, 0)
  },
)

test.serial('a ticket is good once, for a minute, at the host and in the browser that it was asked for', async (t) => {
  const { house } = await startTwoHosts(t)
  const browser = openTwoHostBrowser(house)
  await signInTo(browser, '/')
  const ticketFor = async (ui: Browser) =>
    pathOf((await browser.home.open(pathOf((await ui.open('/')).location))).location)
  const fresh = () => new Browser(house, { host: UI })

  const thief = fresh()
  await thief.open('/')
  const owner = fresh()
  const stolen = await ticketFor(owner)
  t.is((await thief.open(stolen)).status, 403)
  t.is((await owner.open(stolen)).status, 403, 'it is spent')

  const late = fresh()
  const ticket = await ticketFor(late)
  house.advance(60_000)
  t.is((await late.open(ticket)).status, 403)

  const elsewhere = fresh()
  const other = await ticketFor(elsewhere)
  const atHome = new Browser(house, { host: HOME })
  for (const [name, value] of elsewhere.cookies) atHome.cookies.set(name, value)
  t.is((await atHome.open(other)).status, 403)

  const twice = fresh()
  const once = await ticketFor(twice)
  t.is((await twice.open(once)).status, 303)
  const { cookies } = twice
  t.is((await twice.open(once)).status, 403)
  t.true(cookies.has('__Host-skillgate-visit'))
})

test.serial('the cookie of one host opens no other, nor does one that was made up', async (t) => {
  const { house } = await startTwoHosts(t)
  const browser = openTwoHostBrowser(house)
  await signInTo(browser, '/')
  const visit = browser.ui.cookies.get('__Host-skillgate-visit') ?? ''
  const statusAt = async (host: string, path: string, value: string) => {
    const other = new Browser(house, { host })
    other.cookies.set('__Host-skillgate-visit', value)
    return (await other.open(path)).status
  }
  t.is(await statusAt(UI, '/', visit), 200)
  t.is(await statusAt(HOME, '/page', visit), 303)
  const [session = '', proof = ''] = visit.split('.')
  for (const value of [session, `${session}.`, `${session}.${'A'.repeat(43)}`, `${'A'.repeat(43)}.${proof}`])
    t.is(await statusAt(UI, '/', value), 303, value)
})

for (const [how, end] of Object.entries({
  'signing out': async ({ browser: { home } }: Ending) => {
    await home.submit(await home.open('/alexa/sign-out'), {}, 'sign-out')
  },
  'another password': ({ house }: Ending) =>
    changePassword(house.prepared.store, house, 'ada', 'another horse battery'),
  'being disabled': ({ house }: Ending) => disableUser(house.prepared.store, 'ada'),
  'its time': async ({ house }: Ending) => house.advance(3_600_000),
})) {
  test.serial(`a session ends at every host by ${how}`, async (t) => {
    const { house } = await startTwoHosts(t)
    const browser = openTwoHostBrowser(house)
    await signInTo(browser, '/')
    t.is((await browser.ui.open('/')).status, 200)
    await end({ house, browser })
    t.is((await browser.ui.open('/')).status, 303)
  })
}

interface Ending {
  house: Awaited<ReturnType<typeof startTwoHosts>>['house']
  browser: ReturnType<typeof openTwoHostBrowser>
}

test.serial('using another host keeps the session alive', async (t) => {
  const { house } = await startTwoHosts(t)
  const browser = openTwoHostBrowser(house)
  await signInTo(browser, '/')
  for (let time = 0; time < 3; time++) {
    house.advance(50 * 60_000)
    t.is((await browser.ui.open('/')).status, 200)
  }
})

test.serial('a WebSocket of a signed-in page passes, and is closed when its person signs out', async (t) => {
  const { house, last } = await startTwoHosts(t)
  const browser = openTwoHostBrowser(house)
  await signInTo(browser, '/')
  const origin = `Origin: https://${UI}`
  const socket = (await openRaw(house)).send(
    asBrowser('GET', '/ws', browser.ui, [...UPGRADE, origin]).replace('Content-Length: 0\r\n', ''),
  )
  t.is((await socket.answer()).status, 101)
  t.is(last('x-remote-user-name'), 'ada')
  await browser.home.submit(await browser.home.open('/alexa/sign-out'), {}, 'sign-out')
  await socket.closed
  for (;;) {
    const { path, ending } = await house.requests.next()
    if (path !== '/ws') continue
    t.is(ending, 'access ended')
    break
  }
})

test.serial('what changes anything, and a WebSocket, has to come from a page of the same host', async (t) => {
  const { house, seen } = await startTwoHosts(t)
  const browser = openTwoHostBrowser(house)
  await signInTo(browser, '/')
  const before = seen.length
  const statusOf = async (method: string, path: string, headers: string[]) =>
    (await exchangeRaw(house, asBrowser(method, path, browser.ui, headers))).status
  for (const headers of [
    [],
    ['Sec-Fetch-Site: same-site', `Origin: https://${UI}`],
    ['Sec-Fetch-Site: cross-site'],
    ['Origin: https://evil.example'],
    ['Origin: null'],
    [`Origin: ${ISSUER}`],
    [`Origin: http://${UI}`],
  ]) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      t.is(await statusOf(method, '/change', headers), 403, `${method} ${headers.join()}`)
    const upgraded = asBrowser('GET', '/ws', browser.ui, [...UPGRADE, ...headers]).replace('Content-Length: 0\r\n', '')
    t.is((await exchangeRaw(house, upgraded)).status, 403, `WebSocket ${headers.join()}`)
  }
  t.is(seen.length, before)
  for (const headers of [['Sec-Fetch-Site: same-origin'], ['Sec-Fetch-Site: none'], [`Origin: https://${UI}`]])
    t.is(await statusOf('POST', '/change', headers), 200, headers.join())
  t.is(await statusOf('GET', '/change', ['Sec-Fetch-Site: cross-site']), 200, 'a link from elsewhere')
})

test.serial(
  'the Authorization of a signed-in page goes on where the route says so, and no access token of ours ever',
  async (t) => {
    const { house, last } = await startTwoHosts(t)
    const browser = openTwoHostBrowser(house)
    await signInTo(browser, '/')
    const { access } = await link(house)
    const sent = async (path: string, authorization?: string) => {
      const headers = authorization === undefined ? [] : [`Authorization: ${authorization}`]
      const { status } = await exchangeRaw(house, asBrowser('GET', path, browser.ui, headers))
      t.is(status, 200, path)
      return last('authorization')
    }
    t.is(await sent('/x', 'Bearer of.music.assistant'), 'Bearer of.music.assistant')
    t.is(await sent('/x', 'Basic YTpi'), 'Basic YTpi')
    t.is(await sent('/x'), undefined, "and the gateway's own token is never put there")
    t.is(await sent('/x', `Bearer ${access}`), undefined)
    t.is(await sent('/either', 'Bearer of.music.assistant'), 'Bearer of.music.assistant')
    t.regex((await sent('/owned', 'Bearer of.music.assistant')) ?? '', /^Bearer (?!of\.)/, 'not without that key')
  },
)

test.serial(
  'a client with a token and a signed-in browser share one path; whoever is neither is told how to get a token',
  async (t) => {
    const { house, last } = await startTwoHosts(t)
    const browser = openTwoHostBrowser(house)
    await signInTo(browser, '/')
    const { access } = await link(house)
    const program = new Browser(house, { host: UI })
    const ask = (from: Browser, headers: string[]) => exchangeRaw(house, asBrowser('GET', '/either', from, headers))
    t.is((await ask(program, [`Authorization: Bearer ${access}`])).status, 200)
    t.is(last('x-auth-client-id'), 'amazon-alexa')
    t.is(last('authorization'), undefined)
    t.is((await ask(browser.ui, [])).status, 200)
    t.is(last('x-auth-client-id'), undefined)
    const refused = await ask(program, [])
    t.is(refused.status, 401)
    t.regex(refused.header('www-authenticate')[0] ?? '', /^Bearer .*resource_metadata=/)
    t.is((await ask(program, ['Authorization: Bearer wrong'])).status, 401)
    t.is((await program.open('/either')).status, 303)
  },
)

test.serial('on the host of an upstream there is no page on which people approve, nor any other of ours', async (t) => {
  const { house, seen } = await startTwoHosts(t)
  const browser = openTwoHostBrowser(house)
  await signInTo(browser, '/')
  for (const path of ['authorize', 'approve', 'token', 'device', 'sign-out', 'account', 'enter']) {
    await browser.ui.open(`/alexa/${path}?client_id=amazon-alexa`)
    t.regex(seen.at(-1)?.path ?? '', new RegExp(`^/alexa/${path}\\?`), `${path} is the upstream's there`)
  }
})

test.serial('neither a port nor a name that no route is for leads astray', async (t) => {
  const { house } = await startTwoHosts(t)
  const returnOf = async (host: string, path: string) => {
    const raw = rawRequest(`GET ${path}`, ['Accept: text/html']).replace('Host: localhost', `Host: ${host}`)
    const [location = ''] = (await exchangeRaw(house, raw)).header('location')
    return new URL(location).searchParams.get('return')
  }
  for (const host of [UI, `${UI}:8443`, `${UI}.`, UI.toUpperCase()])
    t.is(await returnOf(host, '/x'), `https://${UI}/x`, host)
  for (const host of [HOME, `${HOME}:8443`, 'localhost', '127.0.0.1'])
    t.is(await returnOf(host, '/page'), `${ISSUER}/page`, host)
})
