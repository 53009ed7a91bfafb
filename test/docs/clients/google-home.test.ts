import test from 'ava'
import { addressOn, approveAt, followPage } from '../../support/client-page.ts'
import { startUpstream } from '../../support/scripted-upstream.ts'

test('Google Home, set up by the page, links, calls the fulfillment and refreshes with the same token for good', async (t) => {
  const seen: NodeJS.Dict<string | string[]>[] = []
  const fulfillment = await startUpstream(t, ({ headers }, response) => {
    seen.push(headers)
    response.setHeader('Content-Type', 'application/json').end('{"requestId":"1","payload":{"devices":[]}}')
  })
  const page = await followPage(t, 'google-home.md', { upstreams: { fulfillment: fulfillment.url } })
  if (page === undefined) return
  const { house } = page
  t.is(await page.type('/alexa/authorize'), '200')

  const back = new URL(await approveAt(house, addressOn(page, '/alexa/authorize')))
  t.is(back.origin + back.pathname, 'https://oauth-redirect.googleusercontent.com/r/PROJECT_ID')
  t.is(back.searchParams.get('state'), '1')
  const SECRET = await page.type('client secret google-home')
  const CODE = back.searchParams.get('code')!
  const tokens = JSON.parse(await page.type('code=CODE', { SECRET, CODE }))
  t.is(tokens.token_type, 'Bearer')
  t.is(tokens.expires_in, 3600)
  const call = (ACCESS_TOKEN: string) => page.type('action.devices.SYNC', { ACCESS_TOKEN })
  t.regex(await call(tokens.access_token), /"devices":\[\]/)
  t.is(seen[0]!['x-remote-user-name'], 'ada')
  t.is(seen[0]!['x-auth-client-id'], 'google-home')
  t.is(seen[0]!.authorization, undefined)

  await page.type('user email')
  const { name, email } = JSON.parse(await page.type('userinfo', { ACCESS_TOKEN: tokens.access_token }))
  t.deepEqual({ name, email }, { name: 'Ada Lovelace', email: 'ada@example.org' })

  const refresh = async (REFRESH_TOKEN: string) =>
    JSON.parse(await page.type('refresh_token=', { SECRET, REFRESH_TOKEN }))
  for (const idle of [3_600_000, 365 * 86_400_000]) {
    house.advance(idle)
    const next = await refresh(tokens.refresh_token)
    t.true(next.refresh_token === undefined || next.refresh_token === tokens.refresh_token)
    t.regex(await call(next.access_token), /"devices":\[\]/)
  }
  t.is((await refresh('B'.repeat(43))).error, 'invalid_grant')
  t.deepEqual(page.untyped(), [])
})
