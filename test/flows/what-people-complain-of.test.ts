import { once } from 'node:events'
import { request } from 'node:http'
import test from 'ava'
import { exactRequest } from '../support/exact-request.ts'
import { startTestHouse } from '../support/gateway.ts'
import { alexaCredentials, approve, callApi, openAuthorize } from '../support/linking.ts'
import { asMusicAssistant, openMusicClient } from '../support/music-client.ts'
import { codeForm } from '../support/post-as-amazon.ts'
import { openRaw, rawRequest } from '../support/raw-client.ts'
import { issueToken } from '../support/tokens.ts'
import { openTwoHostBrowser, signInTo, startTwoHosts, UI } from '../support/two-hosts.ts'

test('POST over http redirected to https becomes GET and then 405: here it is refused, and says what to use', async (t) => {
  const house = await startTestHouse(t)
  const body = codeForm((await approve(house)).get('code'), alexaCredentials(house))
  const sent = request({ port: house.gateway.http!.port, method: 'POST', path: '/alexa/token' })
  sent.end(body)
  const [response] = await once(sent, 'response')
  const answered = Buffer.concat(await response.toArray()).toString()
  t.deepEqual([response.statusCode, response.headers.location], [403, undefined])
  t.is(JSON.parse(answered).error, 'https_required')
})

test('api_url pointed at 8095 gives 404: what is no path of ours is our 404, and a wrong method says which is right', async (t) => {
  const house = await startTestHouse(t)
  const pushed = await exactRequest(house, { method: 'POST', path: '/ma/push-url', body: '{}' })
  t.is(pushed.status, 404)
  const got = await exactRequest(house, { path: '/api' })
  t.deepEqual([got.status, got.headers.allow], [405, 'POST'])
  t.is(house.music.requestCount, 0)
})

test("the Alexa sign-in proxy paths give 404: on the UI's host they go on, beside the OAuth endpoints at home", async (t) => {
  const { house, last, seen } = await startTwoHosts(t)
  const browser = openTwoHostBrowser(house)
  const paths = ['/alexa/auth/proxy/ap/signin?openid=1', '/alexa/auth/callback?id=1']
  await signInTo(browser, paths[0]!)
  for (const path of paths) {
    t.is((await browser.ui.open(path)).status, 200)
    t.is(seen.at(-1)?.path, path)
    t.is(last('x-forwarded-host'), UI)
  }
  t.is((await browser.home.open(paths[0]!)).status, 404, 'at home these are ours alone')
  const page = await openAuthorize(house)
  t.is(page.action, '/alexa/approve')
})

test('upstream connections that leak after Alexa stops: who stops listening ends the stream behind it', async (t) => {
  const house = await startTestHouse(t)
  house.music.misbehave('trickle', { times: 1 })
  const listening = await openRaw(house)
  listening.send(rawRequest('GET /open/flow/s/q/i/p.mp3'))
  await listening.until((text) => text.includes('octet-stream'))
  listening.socket.destroy()
  await house.music.until(() => house.music.abortedClients === 1)
  t.is((await callApi(house, await issueToken(house))).status, 200)
})

test('WebSockets dropped when idle under 25 s: the pings of Music Assistant reach the client, and its pongs go back', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant, {}, { pingInterval: 50 })
  const client = await openMusicClient(t, house, { token: await issueToken(house) })
  // It drops whoever has not answered one by the next.
  for (let pings = 0; pings < 3; pings++) await once(client.socket, 'ping')
  t.truthy((await client.ask('players/all')).result)
})
