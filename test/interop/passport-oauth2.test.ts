import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { request } from 'undici'
import { CALLBACKS, type InteropHouse, SCOPES, SECRET, startInteropHouse } from './house.ts'
import { failure, type Library, showLinking, showRefusals, type Tokens, WAYS, type Way } from './linking.ts'
import type { Settings } from './passport-app.ts'

const APP = fileURLToPath(new URL('passport-app.ts', import.meta.url))

/** It always sends its credentials in the body; HTTP Basic is a header that its application adds. */
function authentication(client: Way['client'], secret: string): Pick<Settings, 'clientSecret' | 'customHeaders'> {
  if (client === 'native') return { clientSecret: '' }
  if (client === 'post') return { clientSecret: secret }
  const credentials = Buffer.from([client, secret].map(encodeURIComponent).join(':')).toString('base64')
  return { clientSecret: secret, customHeaders: { Authorization: `Basic ${credentials}` } }
}

/** @returns its address. It ends with the test. */
async function startApp(
  t: ExecutionContext,
  { issuer, caFile }: InteropHouse,
  { client, pkce }: Way,
  secret = SECRET,
): Promise<string> {
  const settings: Settings = {
    authorizationURL: `${issuer}/alexa/authorize`,
    tokenURL: `${issuer}/alexa/token`,
    userinfoURL: `${issuer}/alexa/userinfo`,
    clientID: client,
    callbackURL: CALLBACKS[client],
    scope: SCOPES,
    state: true,
    pkce,
    ...authentication(client, secret),
  }
  const child = spawn(process.execPath, [APP, JSON.stringify(settings)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill())
  for await (const line of createInterface(child.stdout)) return line
  throw new Error('the application ended before it listened')
}

/** A person's browser at the application. */
function library(app: string): Library {
  let cookie = ''
  let profile = {}
  async function open(path: string) {
    const { statusCode, headers, body } = await request(app + path, { headers: { cookie } })
    cookie = String(headers['set-cookie'] ?? cookie)
    const text = await body.text()
    if (statusCode === 500) throw new Error(JSON.parse(text).error)
    return { location: String(headers.location), json: JSON.parse(text || '{}') as { tokens: Tokens; profile: object } }
  }
  return {
    authorizationUrl: async () => (await open('/login')).location,
    async exchange(callback) {
      const { json } = await open(`/callback${new URL(callback).search}`)
      profile = json.profile
      return json.tokens
    },
    refresh: async ({ refresh }) => (await open(`/refresh?token=${refresh}`)).json.tokens,
    userinfo: async () => profile,
  }
}

for (const [name, way] of Object.entries(WAYS)) {
  test.serial(`an application signs people in with passport-oauth2, ${name}, and refreshes`, async (t) => {
    const house = await startInteropHouse(t)
    await showLinking(t, house, library(await startApp(t, house, way)), way)
  })
}

test.serial('passport-oauth2 is refused where it should be, and says why', async (t) => {
  const house = await startInteropHouse(t)
  const way = WAYS['HTTP Basic and PKCE']!
  const app = await startApp(t, house, way)
  await showRefusals(t, house, () => library(app))
  const impostor = library(await startApp(t, house, way, 'wrong'))
  t.regex(await failure(impostor.refresh({ access: '', refresh: 'x' })), /invalid_client/)
})
