import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Browser } from '../../support/browser.ts'
import { exactRequest, FORM } from '../../support/exact-request.ts'
import { ADA, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import {
  alexaCredentials,
  approve,
  callApi,
  exchange,
  linkPhone,
  openAuthorize,
  postToken,
  refresh,
} from '../../support/linking.ts'

const VERIFIER = 'verifier-that-nobody-else-must-ever-see-in-here'
const PKCE = {
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
}
const AS_PHONE = { grant_type: 'refresh_token', client_id: 'phone' }
const MISTYPED = 'correct horse batterie'

/** Links, uses and breaks things in every way. @returns each secret that was ever seen, by what it is. */
async function liveThroughAll(house: TestHouse): Promise<Record<string, string>> {
  const browser = new Browser(house)
  const page = await openAuthorize(house, PKCE, browser)
  await browser.submit(page, { username: ADA.name, password: MISTYPED })
  await browser.submit(page, { username: MISTYPED, password: ADA.password })
  await browser.submit({ ...page, hidden: { ...page.hidden, csrf: 'x' } }, { username: 'ada', password: ADA.password })
  const { location } = await browser.submit(page, { username: ADA.name, password: ADA.password })
  const code = new URL(location).searchParams.get('code') ?? ''

  await exchange(house, code, { code_verifier: 'w'.repeat(43) })
  await exchange(house, code, { code_verifier: VERIFIER, redirect_uri: 'https://evil.example/' })
  await exchange(house, code, { code_verifier: VERIFIER, client_secret: 'a-mistyped-client-secret' })
  await exchange(house, code, { code_verifier: VERIFIER, client_id: 'other', client_secret: house.secrets.other })
  const first = await exchange(house, code, { code_verifier: VERIFIER })
  const tokens = { access: String(first.json.access_token), refresh: String(first.json.refresh_token) }
  await callApi(house, tokens.access)
  await callApi(house, tokens.access, 'players/all', { 'x-also': 'this' })
  house.advance(120_000)
  const refreshed = await refresh(house, tokens.refresh)
  await refresh(house, tokens.refresh, { scope: 'admin' })
  await refresh(house, tokens.refresh, { client_id: 'other', client_secret: house.secrets.other })
  await exchange(house, code, { code_verifier: VERIFIER })
  await refresh(house, tokens.refresh)
  await callApi(house, tokens.access)
  await exactRequest(house, { path: `/any/x?access_token=${tokens.access}` })
  await exactRequest(house, { path: `/alexa/token?code=${code}&refresh_token=${tokens.refresh}` })
  const unfinished = (await approve(house)).get('code') ?? ''
  const phone = await linkPhone(house)
  const rotated = await postToken(house, { ...AS_PHONE, refresh_token: phone.refresh })
  for (const path of ['/alexa/introspect', '/alexa/revoke']) {
    const body = new URLSearchParams({ ...alexaCredentials(house), token: phone.refresh }).toString()
    await exactRequest(house, { method: 'POST', path, headers: FORM, body })
  }
  house.advance(120_000)
  await postToken(house, { ...AS_PHONE, refresh_token: phone.refresh })
  const basic = Buffer.from(`amazon-alexa:${house.secrets.alexa}`).toString('base64')
  const headers = { ...FORM, authorization: `Basic ${basic}` }
  await exactRequest(house, { method: 'POST', path: '/alexa/token', headers, body: `grant_type=x&code=${unfinished}` })

  house.advance(301_000)
  await exchange(house, unfinished)
  await refresh(house, tokens.access)
  await exchange(house, tokens.refresh)
  await refresh(house, 'A'.repeat(43), { client_id: house.secrets.other })
  await callApi(house, String(refreshed.json.access_token))

  return {
    code,
    unfinished,
    'access token': tokens.access,
    'second access token': String(refreshed.json.access_token),
    'refresh token': tokens.refresh,
    'client secret': house.secrets.alexa,
    'other client secret': house.secrets.other,
    'mistyped client secret': 'a-mistyped-client-secret',
    'Basic credentials': basic,
    password: ADA.password,
    'mistyped password': MISTYPED,
    "the phone's refresh token": phone.refresh,
    "the phone's second refresh token": String(rotated.json.refresh_token),
    'session cookie': browser.cookies.get('__Host-skillgate-session') ?? '',
    'csrf cookie': browser.cookies.get('__Host-skillgate-csrf') ?? '',
    'csrf token': page.hidden.csrf ?? '',
    verifier: VERIFIER,
    "Music Assistant's token": readFileSync(join(house.folder, 'data', 'music-assistant.token'), 'utf8').trim(),
  }
}

/** The spellings in which a secret could lie somewhere. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    encodeURIComponent(secret),
    secret.replaceAll(' ', '+'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ]
}

function foundIn(haystack: string, secrets: Record<string, string>): string[] {
  return Object.keys(secrets).filter((what) =>
    spellings(secrets[what] as string).some((spelling) => haystack.includes(spelling)),
  )
}

function databaseBytes({ folder }: TestHouse): string {
  const file = join(folder, 'data', 'skillgate.db')
  const files = [file, `${file}-wal`, `${file}-shm`, `${file}-journal`].filter((name) => existsSync(name))
  return files.map((name) => readFileSync(name, 'latin1')).join('\n')
}

test('49. neither the database, nor the log, nor the audit file holds a code, token, secret, password or cookie that was ever seen', async (t) => {
  const house = await startTestHouse(t)
  const secrets = await liveThroughAll(house)
  for (const [what, secret] of Object.entries(secrets)) t.true(secret.length > 20, what)
  t.is(new Set(Object.values(secrets)).size, Object.keys(secrets).length)

  const planted = { planted: 'planted-where-it-must-not-be-found-0123456789' }
  const redirectUri = `https://x.example/${planted.planted}`
  const expiresAt = house.now() + 1000
  const record = { userName: 'ada', userId: 'u', client: 'c', redirectUri, scopes: [], expiresAt }
  await house.prepared.store.put('code', 'planted', record, expiresAt)

  const running = databaseBytes(house)
  t.deepEqual(foundIn(running, { ...secrets, ...planted }), ['planted'], 'while it runs')
  await house.gateway.close()
  const stopped = databaseBytes(house)
  t.deepEqual(foundIn(stopped, { ...secrets, ...planted }), ['planted'], 'after it was stopped')
  t.true(
    stopped.includes(
      createHash('sha256')
        .update(secrets.code ?? '')
        .digest('base64url'),
    ),
    'it holds their hashes',
  )

  await house.logged('request ended')
  const log = house.log.join('')
  t.true(house.log.length >= 10, 'refusals are logged')
  const audit = readFileSync(join(house.folder, 'data', 'audit.jsonl'), 'utf8')
  const happened = house.events().map(({ event }) => event)
  for (const event of ['signed_in', 'sign_in_failed', 'code_reused', 'refresh_token_reused', 'client_refused']) {
    t.true(happened.includes(event), event)
  }
  t.deepEqual(foundIn(audit, secrets), [])
  t.deepEqual(foundIn(log, secrets), [])
  t.deepEqual(foundIn(`${log}{"detail":"${planted.planted}"}`, planted), ['planted'])
})

test('49. no other file in the data folder holds what was issued', async (t) => {
  const house = await startTestHouse(t)
  const { password, code, verifier, ...secrets } = await liveThroughAll(house)
  await house.gateway.close()
  const issued = { password, code, verifier, access: secrets['access token'], refresh: secrets['refresh token'] }
  const folder = join(house.folder, 'data')
  t.true(readdirSync(folder).includes('alexa.secret'))
  for (const name of readdirSync(folder)) {
    t.deepEqual(foundIn(readFileSync(join(folder, name), 'latin1'), issued as Record<string, string>), [], name)
  }
})
