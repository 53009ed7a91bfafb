import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Agent, request } from 'undici'
import { parseDocument } from 'yaml'
import { alexaClient } from '../src/alexa/console/alexa-client.ts'
import { prepareGateway } from '../src/app/prepare-gateway.ts'
import { untilStopped } from '../src/cli/until-stopped.ts'
import { systemEnvironment } from '../src/config/environment.ts'
import { loadConfig } from '../src/config/load.ts'
import { openLog } from '../src/telemetry/open-log.ts'
import { addUser } from '../src/users/users.ts'
import { startDemoApp } from './demo-app.ts'
import { startMusicAssistant } from './stand-in-music-assistant.ts'

// What Skillgate does, from linking to music, on free ports of this machine. Alexa's and the phone's parts are played.

const { values: flags } = parseArgs({ options: { stay: { type: 'boolean', default: false } } })
let steps = 0
const folder = mkdtempSync(join(tmpdir(), 'skillgate-demo-'))
const music = await startMusicAssistant()
const app = await startDemoApp()

/** The shipped configuration, but for ports and places. */
function writeConfig(): string {
  const document = parseDocument(readFileSync(new URL('../gateway.yaml', import.meta.url), 'utf8'))
  document.set('listen', document.createNode({ https: '127.0.0.1:0' }))
  document.setIn(['upstreams', 'music-assistant', 'url'], music.url)
  document.setIn(['upstreams', 'music-assistant', 'token'], document.createNode({ file: 'data/music-assistant.token' }))
  const uris = { redirect_uris: [app.redirectUri], scopes: ['music.read', 'music.control'] }
  document.addIn(['oauth', 'clients'], { id: 'demo', name: 'Demo app', secret: { file: 'data/demo.secret' }, ...uris })
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  writeFileSync(join(folder, 'data', 'music-assistant.token'), music.createToken('anna'), { mode: 0o600 })
  writeFileSync(join(folder, 'gateway.yaml'), document.toString())
  return join(folder, 'gateway.yaml')
}

const config = loadConfig(writeConfig(), {})
const prepared = await prepareGateway(config, systemEnvironment, openLog({ level: 'warn' }, systemEnvironment))
const password = randomBytes(9).toString('base64url')
await addUser(prepared.store, systemEnvironment, { name: 'anna', displayName: 'Anna', password })
const gateway = await prepared.listen()

const origin = `https://localhost:${gateway.https!.port}`
const dispatcher = new Agent({ connect: { ca: readFileSync(join(folder, 'certs', 'local-ca.pem')) } })
// Wherever it stands: people write clients of their own before it, and leave out what isn't for their country.
const client = alexaClient(config)
if (client === undefined) throw new Error('gateway.yaml has no client that may send people back to Alexa')
const query = new URLSearchParams({
  client_id: client.id,
  response_type: 'code',
  redirect_uri: client.redirect_uris.at(-1) as string,
  state: randomBytes(12).toString('base64url'),
  scope: 'music.control user:read',
})

try {
  await playLinking()
  if (flags.stay) await stay()
} finally {
  app.close()
  await dispatcher.close()
  await gateway.close()
  await music.close()
  rmSync(folder, { recursive: true })
}

async function playLinking(): Promise<void> {
  step('Music Assistant (a stand-in) and Skillgate are running')
  print(`  Music Assistant  ${music.url}`)
  print(`  Skillgate        ${origin}, in the place of ${config.public_url}`)

  step('The Alexa app opens the authorization URI in the phone: who wants what?')
  const page = await send('GET', `/alexa/authorize?${query}`)
  print(`  ${page.status}: a page that says "${/<h1>(.*?)<\/h1>/.exec(page.text)?.[1]}" and asks for name and password`)
  const cookie = String(page.headers['set-cookie']).split(';')[0] as string
  const hidden = page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)

  step('Anna types her name and password, and presses Approve')
  const fields = Object.fromEntries([...hidden].map(([, name, value]) => [name, value]))
  const form = { ...fields, username: 'anna', password, decision: 'approve' }
  const approved = await send('POST', '/alexa/approve', { cookie }, new URLSearchParams(form).toString())
  const target = new URL(String(approved.headers.location))
  print(`  ${approved.status}: back to ${target.origin}${target.pathname}`)
  print(`  with a code (${cut(target.searchParams.get('code'))}), good for 300 s and once, and with Alexa's own state`)

  step("Amazon's servers exchange the code for tokens, with the client's secret")
  const exchange = { grant_type: 'authorization_code', code: target.searchParams.get('code') as string }
  const redirect = { redirect_uri: query.get('redirect_uri') as string }
  const tokens = await postToken({ ...exchange, ...redirect })
  print(
    `  ${JSON.stringify({ ...tokens, access_token: cut(tokens.access_token), refresh_token: cut(tokens.refresh_token) })}`,
  )

  step('The skill calls Music Assistant through the gateway')
  await call(tokens.access_token as string)
  const seen = music.requests.findLast(({ url }) => url === '/api')!
  print('  Music Assistant has seen:')
  for (const name of ['X-Remote-User-Name', 'X-Auth-Client-Id', 'X-Auth-Scopes'])
    print(`    ${name}: ${seen.header(name.toLowerCase())[0]}`)
  print("    Authorization: its own token for Anna, not Alexa's")

  step('Somebody without a token tries the same')
  await call(undefined)

  step('An hour later Alexa refreshes, and calls again')
  const refreshed = await postToken({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string })
  print(`  a new access token (${cut(refreshed.access_token)}); the refresh token stays the same`)
  await call(refreshed.access_token as string)
}

/** Waits for somebody to try it in a browser, with an app that can be sent back to. */
async function stay(): Promise<void> {
  app.onCode = async (code) => {
    const tokens = await postToken({ grant_type: 'authorization_code', code, redirect_uri: app.redirectUri }, 'demo')
    const { status, text } = await callApi(tokens.access_token as string)
    return `Linked. With its token the demo app has asked Music Assistant for its players: ${status}\n\n${text}\n`
  }
  const link = new URLSearchParams({ client_id: 'demo', response_type: 'code', redirect_uri: app.redirectUri })
  print(`\nTry it in a browser. It will warn of the certificate, for it doesn't know ${folder}/certs/local-ca.pem:`)
  print(`  ${origin}/alexa/authorize?${link}`)
  print(`  name: anna   password: ${password}`)
  print('Press Ctrl-C to end.')
  await untilStopped()
}

async function postToken(parameters: Record<string, string>, id = 'amazon-alexa'): Promise<Record<string, unknown>> {
  const client_secret = readFileSync(join(folder, 'data', `${id}.secret`), 'utf8').trim()
  const body = new URLSearchParams({ ...parameters, client_id: id, client_secret }).toString()
  return JSON.parse((await send('POST', '/alexa/token', {}, body)).text)
}

async function call(accessToken: string | undefined): Promise<void> {
  const { status, text } = await callApi(accessToken)
  print(`  POST /api players/all: ${status} ${text.length > 90 ? `${text.slice(0, 90)}...` : text}`)
}

function callApi(accessToken: string | undefined) {
  const headers = { 'content-type': 'application/json', ...(accessToken && { authorization: `Bearer ${accessToken}` }) }
  return send('POST', '/api', headers, JSON.stringify({ command: 'players/all' }))
}

async function send(method: 'GET' | 'POST', path: string, headers: Record<string, string> = {}, body?: string) {
  const type = body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await request(origin + path, { method, headers: { ...type, ...headers }, body, dispatcher })
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() }
}

function cut(secret: unknown): string {
  return `${String(secret).slice(0, 6)}...`
}

function step(title: string): void {
  print(`\n${++steps}. ${title}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
