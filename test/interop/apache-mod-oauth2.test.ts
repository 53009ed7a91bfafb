import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { request } from 'undici'
import { Browser } from '../support/browser.ts'
import { ADA } from '../support/gateway.ts'
import { link, refresh } from '../support/linking.ts'
import { skipTest } from '../support/program.ts'
import { type ApacheOptions, FILES, startApache } from './apache.ts'
import { type InteropHouse, startInteropHouse } from './house.ts'

function installed(t: ExecutionContext): boolean {
  const missing = Object.entries(FILES).filter(([, file]) => !existsSync(file))
  const packages = missing.map(([name]) => name).join(' ')
  if (packages) skipTest(t, `there is no ${packages} (Debian: apt-get install ${packages})`)
  return packages === ''
}

/** An application behind Apache, which says what it was told of its user. */
async function startApplication(t: ExecutionContext): Promise<string> {
  const server = createServer(({ headers }, response) => response.end(JSON.stringify(headers))).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function startResourceServer(t: ExecutionContext, house: InteropHouse, options: Partial<ApacheOptions> = {}) {
  const upstream = await startApplication(t)
  const apache = await startApache(t, house, { upstream, authentication: 'client_secret_basic', ...options })
  return async function get(path: string, token?: string) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const { statusCode: status, headers: answered, body } = await request(apache + path, { headers })
    const text = await body.text()
    const told: Record<string, string> = status === 200 ? JSON.parse(text) : {}
    return { status, challenge: String(answered['www-authenticate']), told }
  }
}

for (const authentication of ['client_secret_basic', 'client_secret_post'] as const) {
  test(`Apache's mod_oauth2 introspects with ${authentication} and knows user, client and scope`, async (t) => {
    if (!installed(t)) return
    const house = await startInteropHouse(t)
    const get = await startResourceServer(t, house, { authentication })
    const { access } = await link(house, { scope: 'music.control user:read' })
    const { status, told } = await get('/music', access)
    t.is(status, 200)
    t.is(told['x-remote-user'], ADA.name)
    t.is(told.oauth2_claim_client_id, 'amazon-alexa')
    t.is(told.oauth2_claim_scope, 'music.control user:read')
    t.is(told.oauth2_claim_iss, house.issuer)
  })
}

test("Apache's mod_oauth2 lets nobody in without a good access token", async (t) => {
  if (!installed(t)) return
  const house = await startInteropHouse(t)
  const get = await startResourceServer(t, house)
  const tokens = await link(house)
  t.is((await get('/music', tokens.access)).status, 200)
  const { status, challenge } = await get('/music')
  t.deepEqual([status, challenge.slice(0, 6)], [401, 'Bearer'])
  for (const wrong of [tokens.refresh, 'x'.repeat(43), `${tokens.access}x`, '', house.secrets.alexa]) {
    t.like(await get('/music', wrong), { status: 401, told: {} })
  }
})

test("Apache's mod_oauth2 lets nobody in after the token was revoked or the link ended", async (t) => {
  if (!installed(t)) return
  const house = await startInteropHouse(t)
  const get = await startResourceServer(t, house)
  const tokens = await link(house)
  const second = String((await refresh(house, tokens.refresh)).json.access_token)
  const statuses = async () => [(await get('/music', tokens.access)).status, (await get('/music', second)).status]
  t.deepEqual(await statuses(), [200, 200])
  await revoke(house, tokens.access)
  t.deepEqual(await statuses(), [401, 200])
  await revoke(house, tokens.refresh)
  t.deepEqual(await statuses(), [401, 401])
})

test("Apache's mod_oauth2 can ask for a scope", async (t) => {
  if (!installed(t)) return
  const house = await startInteropHouse(t)
  const get = await startResourceServer(t, house)
  const [reads, controls] = await Promise.all([
    link(house, { scope: 'music.read' }),
    link(house, { scope: 'music.control' }),
  ])
  t.is((await get('/music/control', reads.access)).status, 401)
  t.is((await get('/music/control', controls.access)).status, 200)
})

test('Apache believes no introspection but that of the house whose CA it trusts', async (t) => {
  if (!installed(t)) return
  const [house, another] = await Promise.all([startInteropHouse(t), startInteropHouse(t)])
  const get = await startResourceServer(t, house, { caFile: another.caFile })
  t.is((await get('/music', (await link(house)).access)).status, 401)
})

async function revoke(house: InteropHouse, token: string): Promise<void> {
  const { statusCode, body } = await request(`${house.issuer}/alexa/revoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token, client_id: 'amazon-alexa', client_secret: house.secrets.alexa }).toString(),
    dispatcher: new Browser(house).dispatcher,
  })
  await body.dump()
  if (statusCode !== 200) throw new Error(`revoking was answered ${statusCode}`)
}
