import test from 'ava'
import { followPage } from '../../support/client-page.ts'
import { ISSUER } from '../../support/gateway.ts'
import { linkPhone, postToken } from '../../support/linking.ts'
import { startUpstream } from '../../support/scripted-upstream.ts'

const APP = { client_id: 'lights-app', redirect_uri: 'http://127.0.0.1:4711/callback', scope: 'lights' }

test('an API that is set up by the page learns whose a token is, and is called with it behind the gateway', async (t) => {
  const lights = await startUpstream(t, ({ headers }, response) => {
    response.end(`on, for ${headers['x-remote-user-name']} with ${headers['x-auth-scopes']}`)
  })
  const page = await followPage(t, 'api.md', { upstreams: { lights: lights.url } })
  if (page === undefined) return
  const { house } = page
  const SECRET = await page.type('client secret lights-api')
  const ask = async (ACCESS_TOKEN: string) => JSON.parse(await page.type('introspect', { SECRET, ACCESS_TOKEN }))
  const call = (ACCESS_TOKEN: string) => page.type('/lights/kitchen', { ACCESS_TOKEN })

  const linked = await linkPhone(house, APP)
  const { active, scope, aud, iss, username, client_id } = await ask(linked.access)
  t.deepEqual(
    { active, scope, aud, iss, username, client_id },
    { active: true, scope: 'lights', aud: [ISSUER], iss: ISSUER, username: 'ada', client_id: 'lights-app' },
  )
  t.is(await call(linked.access), 'on, for ada with lights')
  t.deepEqual(await ask(linked.refresh), { active: false }, 'a refresh token is none of its business')

  house.advance(3_600_000)
  t.deepEqual(await ask(linked.access), { active: false })
  const refreshed = await postToken(house, {
    grant_type: 'refresh_token',
    client_id: 'lights-app',
    refresh_token: linked.refresh,
  })
  t.true((await ask(String(refreshed.json.access_token))).active)
  t.deepEqual(page.untyped(), [])
})

test('a token for the API of the page alone says so in aud, and is good nowhere else', async (t) => {
  const lights = await startUpstream(t, (_, response) => response.end('on'))
  const page = await followPage(t, 'api.md', { upstreams: { lights: lights.url } })
  if (page === undefined) return
  const SECRET = await page.type('client secret lights-api')
  const { access: ACCESS_TOKEN } = await linkPhone(page.house, { ...APP, resource: `${ISSUER}/lights` })
  t.deepEqual(JSON.parse(await page.type('introspect', { SECRET, ACCESS_TOKEN })).aud, [`${ISSUER}/lights`])
  t.is(await page.type('/lights/kitchen', { ACCESS_TOKEN }), 'on')
  const elsewhere = await page.run(`curl -H 'Authorization: Bearer ${ACCESS_TOKEN}' -d '{}' ${ISSUER}/api`)
  t.is(JSON.parse(elsewhere).error, 'invalid_token')
})
