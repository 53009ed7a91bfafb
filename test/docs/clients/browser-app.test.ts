import test from 'ava'
import { followPage } from '../../support/client-page.ts'
import { linkPhone, postToken } from '../../support/linking.ts'
import { startUpstream } from '../../support/scripted-upstream.ts'

const REQUEST = { client_id: 'rooms-app', redirect_uri: 'https://app.example.org/callback', scope: 'rooms' }

test('a browser app that is set up by the page links, calls, refreshes, and only its own pages read the answers', async (t) => {
  const rooms = await startUpstream(t, ({ headers }, response) => response.end(`for ${headers['x-remote-user-name']}`))
  const page = await followPage(t, 'browser-app.md', { upstreams: { rooms: rooms.url } })
  if (page === undefined) return
  const { house } = page
  const allowed = /^access-control-allow-origin: https:\/\/app\.example\.org\r?$/im
  const preflight = await page.type('-X OPTIONS')
  t.regex(preflight, /^HTTP\/\S+ 20[04]/)
  t.regex(preflight, allowed)
  t.regex(preflight, /^access-control-allow-headers: .*authorization/im)

  const { access, refresh } = await linkPhone(house, REQUEST)
  const called = await page.type('Bearer', { ACCESS_TOKEN: access })
  t.regex(called, allowed)
  t.regex(called, /for ada$/)
  house.advance(3_600_000)
  const over = await page.type('Bearer', { ACCESS_TOKEN: access })
  t.regex(over, /^HTTP\/\S+ 401/)
  t.regex(over, allowed, 'so that the app learns what to do')

  const form = { grant_type: 'refresh_token', client_id: 'rooms-app', refresh_token: refresh }
  const refreshed = await postToken(house, form, { origin: 'https://app.example.org' })
  t.is(refreshed.headers['access-control-allow-origin'], '*')
  t.regex(await page.type('Bearer', { ACCESS_TOKEN: String(refreshed.json.access_token) }), /for ada$/)

  const other = `curl -D - -o /dev/null -H 'Origin: https://other.example' -H 'Authorization: Bearer ${access}'`
  t.notRegex(await page.run(`${other} https://dev.jasonhollis.com/rooms/all`), /access-control-allow-origin/i)
  t.deepEqual(page.untyped(), [])
})
