import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { ConfigError } from '../../../src/config/config-error.ts'
import { Browser } from '../../support/browser.ts'
import { writeAndLoad } from '../../support/config.ts'
import { ADA, startTestHouse } from '../../support/gateway.ts'
import { linkPhone, openAuthorize, PHONE_REQUEST, postToken } from '../../support/linking.ts'

const minimal = readFileSync(join(import.meta.dirname, '../../config/good/minimal.yaml'), 'utf8')
const withUri = (uri: string) => minimal.replace('[https://app.example.org/callback]', JSON.stringify([uri]))

const NEVER = [
  'javascript:alert(1)',
  'javascript://app.example.org/%0aalert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://app.example.org/x',
  'myapp:callback',
  'MyApp:/callback',
  'myapp://user@callback',
  'myapp://*/callback',
  'ms-settings:/callback',
  'intent://callback#Intent;end',
  'mailto:/me@example.org',
  'web+myapp://callback',
  'chrome-extension://callback/',
  'ws://app.example.org/callback',
  'c:/callback',
  'com.example.app:callback',
  'https://*.example.org/callback',
  'https://app.example.org/*',
  'https://*/callback',
  'http://app.example.org/callback',
  'http://192.168.1.5/callback',
  'http://localhost.example.org/callback',
  'http://127.0.0.1.example.org/callback',
  'http://127.0.0.2/callback',
  'http://localhost@evil.example/callback',
  'http://[::1]@evil.example/callback',
  'https://user:password@app.example.org/callback',
  'https://app.example.org/callback#fragment',
  'https://app.example.org/callback#',
  'https:\\\\app.example.org/callback',
  'https:/app.example.org/callback',
  'https:///app.example.org/callback',
  '//app.example.org/callback',
  '/callback',
  'https://app.example.org/call back',
  'https://app.example.org/callback\r\nSet-Cookie: a=b',
  'https://äpp.example.org/callback',
  '',
]

for (const uri of NEVER) {
  test(`23. the redirect URI ${JSON.stringify(uri)} is refused in the configuration already`, (t) => {
    const error = t.throws<ConfigError>(() => writeAndLoad(t, withUri(uri)), { instanceOf: ConfigError })
    t.regex(error?.message ?? '', /oauth\.clients\[0\]\.redirect_uris\[0\]: expected an https URI/)
  })
}

test('23. a loopback address, the scheme of an app and an https URI with a query may be registered', (t) => {
  for (const uri of [
    'https://app.example.org:8443/callback?a=b',
    'http://127.0.0.1/callback',
    'http://[::1]:3000/callback',
    'http://localhost/',
    'com.example.app:/callback',
    'com.example.app://callback',
    'cursor://anysphere.cursor-mcp/oauth/callback',
  ]) {
    t.deepEqual(writeAndLoad(t, withUri(uri)).oauth.clients[0]?.redirect_uris, [uri])
  }
})

test('22. an app on this machine is sent back to whatever port it listens at, and exchanges with that one alone', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => {
    oauth.clients[2]!.redirect_uris = ['http://127.0.0.1/callback']
  })
  const at = (port: number) => ({ redirect_uri: `http://127.0.0.1:${port}/callback` })
  t.regex((await linkPhone(house, at(49_152))).access, /^[\w-]{43}$/)

  const pkce = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
  const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const browser = new Browser(house)
  const page = await openAuthorize(house, { ...PHONE_REQUEST, ...pkce, ...at(50_000) }, browser)
  const { location } = await browser.submit(page, { username: ADA.name, password: ADA.password })
  t.true(location.startsWith('http://127.0.0.1:50000/callback?code='), location)
  const code = new URL(location).searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', client_id: 'phone', code, code_verifier }
  t.is((await postToken(house, { ...form, ...at(50_001) })).json.error, 'invalid_grant')
  t.is((await postToken(house, { ...form, redirect_uri: 'http://127.0.0.1/callback' })).json.error, 'invalid_grant')
  t.is((await postToken(house, { ...form, ...at(50_000) })).status, 200)

  for (const redirect_uri of [
    'http://localhost:50000/callback',
    'http://127.0.0.1:0/callback',
    'http://127.0.0.1:5/x',
  ]) {
    const refused = await openAuthorize(house, { ...PHONE_REQUEST, ...pkce, redirect_uri })
    t.is(refused.status, 400, redirect_uri)
    t.is(refused.headers.location, undefined)
  }
})
