import type { IncomingHttpHeaders } from 'node:http'
import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../../src/files/storage-error.ts'
import type { Answer } from '../../../src/http/answer.ts'
import { USER } from '../../support/grants.ts'
import { callEndpoint, openServer } from '../../support/server.ts'

const SESSION = 'session=ada'
const FORGET = 'session=; Max-Age=0'

/** Ada is signed in in whichever browser sends the cookie `session=ada`. */
async function open(t: ExecutionContext) {
  const { server } = await openServer(t)
  const ended: unknown[] = []
  const isAda = (cookies = '') => cookies.includes(SESSION)
  Object.assign(server.resourceOwners, {
    findSession: async (cookies?: string) => (isAda(cookies) ? { user: USER, id: 's1' } : undefined),
    endSession: async (cookies: string | undefined, address: string | undefined) => {
      ended.push({ ada: isAda(cookies), address })
      return FORGET
    },
  })
  const show = (headers: IncomingHttpHeaders) =>
    callEndpoint(server, 'GET', 'sign-out', { headers, address: undefined })
  const send = (body: string, headers: IncomingHttpHeaders) =>
    callEndpoint(server, 'POST', 'sign-out', {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      address: '192.0.2.7',
      readBody: async () => body,
    })
  return { server, ended, show, send }
}

/** The cookie and the CSRF token that came with a page. */
function formOf({ headers, body }: Answer): { cookie: string; csrf: string } {
  const cookie = String(headers['Set-Cookie']).split(';')[0] ?? ''
  return { cookie, csrf: /name="csrf" value="([^"]*)"/.exec(body)?.[1] ?? '' }
}

test('the page says who is signed in, and whoever presses the button is signed out', async (t) => {
  const { show, send, ended } = await open(t)
  const page = await show({ cookie: SESSION })
  t.is(page.status, 200)
  t.regex(page.body, /<strong>Ada Lovelace<\/strong> is signed in to <strong>home\.example<\/strong>/)
  t.regex(page.body, /<form method="post" action="\/alexa\/sign-out">/)
  t.deepEqual(ended, [], 'looking at it ends nothing')

  const { cookie, csrf } = formOf(page)
  const done = await send(`csrf=${csrf}&decision=sign-out`, { cookie: `${SESSION}; ${cookie}` })
  t.is(done.status, 200)
  t.regex(done.body, /You are signed out/)
  t.is(done.headers['Set-Cookie'], FORGET)
  t.deepEqual(ended, [{ ada: true, address: '192.0.2.7' }])
})

test('where nobody is signed in the page says so, and has no button', async (t) => {
  const { show } = await open(t)
  const { status, body } = await show({})
  t.is(status, 200)
  t.regex(body, /nobody is signed in/)
  t.notRegex(body, /<form/)
})

test('the pages are in the language of the browser', async (t) => {
  const { show, send } = await open(t)
  const german = { 'accept-language': 'de' }
  const page = await show({ cookie: SESSION, ...german })
  t.regex(page.body, /<html lang="de">/)
  const { cookie, csrf } = formOf(page)
  t.regex((await send(`csrf=${csrf}`, { cookie, ...german })).body, /<html lang="de">/)
  t.regex((await send('csrf=wrong', { cookie, ...german })).body, /<html lang="de">/)
})

test('31. without the CSRF token, or with that of another browser or form, nobody is signed out', async (t) => {
  const { show, send, ended } = await open(t)
  const mine = formOf(await show({ cookie: SESSION }))
  const theirs = formOf(await show({ cookie: SESSION }))
  const cookie = `${SESSION}; ${mine.cookie}`
  for (const body of [
    '',
    'csrf=',
    `csrf=${theirs.csrf}`,
    `csrf=${mine.csrf}A`,
    `csrf=${mine.csrf}&request=x`,
    'decision=sign-out',
  ]) {
    const { status, headers, body: page } = await send(body, { cookie })
    t.is(status, 403, body)
    t.is(headers['Set-Cookie'], undefined)
    t.regex(page, /Open its address once more/)
  }
  t.is((await send(`csrf=${mine.csrf}`, { cookie: SESSION })).status, 403)
  t.is((await send(`csrf=${mine.csrf}`, { cookie: `${SESSION}; ${theirs.cookie}` })).status, 403)
  t.deepEqual(ended, [])
  t.is((await send(`csrf=${mine.csrf}`, { cookie })).status, 200)
})

test('the form still works when its session has ended meanwhile', async (t) => {
  const { show, send, ended } = await open(t)
  const { cookie, csrf } = formOf(await show({ cookie: SESSION }))
  t.is((await send(`csrf=${csrf}`, { cookie })).status, 200)
  t.like(ended, [{ ada: false }])
})

test('what is no form, or has a field twice, is refused on a page', async (t) => {
  const { show, send, ended } = await open(t)
  const { cookie, csrf } = formOf(await show({ cookie: SESSION }))
  t.is((await send(`csrf=${csrf}`, { cookie, 'content-type': 'application/json' })).status, 400)
  t.is((await send(`csrf=${csrf}&csrf=${csrf}`, { cookie })).status, 400)
  t.deepEqual(ended, [])
})

test('40. a store that fails is an error of its own: nobody is told to be signed out', async (t) => {
  const { show, send, server } = await open(t)
  const { cookie, csrf } = formOf(await show({ cookie: SESSION }))
  const fails = () => Promise.reject(new StorageError('broken'))
  server.resourceOwners.endSession = fails
  await t.throwsAsync(send(`csrf=${csrf}`, { cookie }), { instanceOf: StorageError })
  server.resourceOwners.findSession = fails
  await t.throwsAsync(show({ cookie: SESSION }), { instanceOf: StorageError })
})
