import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { redirectUris } from '../../../../src/app/doctor/house/redirect-uris.ts'
import { authorizationQuery } from '../../../../src/app/doctor/outside/authorization-query.ts'
import { Browser } from '../../../support/browser.ts'
import { startTestHouse, type TestConfig } from '../../../support/gateway.ts'
import { look, patientIn, patientWith } from '../../../support/house-patient.ts'
import { ALEXA_REQUEST, openAuthorize } from '../../../support/linking.ts'

const HOSTS = ['pitangui.amazon.com', 'layla.amazon.com', 'alexa.amazon.co.jp']
const urisOf = (vendor: string) => HOSTS.map((host) => `https://${host}/api/skill/link/${vendor}`)

const register =
  (redirect_uris: string[], public_url = 'https://dev.jasonhollis.com') =>
  (config: TestConfig) => {
    config.public_url = public_url
    // Only the first may be taken for Alexa.
    for (const client of config.oauth.clients) client.redirect_uris = ['https://example.org/callback']
    config.oauth.clients[0]!.redirect_uris = redirect_uris
    config.oauth.clients.pop()
  }

test('all three, with a vendor id of somebody, are good', async (t) => {
  for (const [vendor, url] of [
    ['M2ABCDEF345678', 'https://home.example.org'],
    ['MKXZK47785HJ2', 'https://dev.jasonhollis.com'],
  ] as const) {
    const { patient } = patientWith(t, register(urisOf(vendor), url))
    const found = await look(redirectUris, patient)
    t.deepEqual(found, ['good: amazon-alexa may send people back to all three places of Alexa.'])
  }
})

test('one that is not there is to be kept in mind, and named', async (t) => {
  const { patient } = patientWith(t, register(urisOf('M2ABCDEF345678').slice(0, 2)))
  t.deepEqual(await look(redirectUris, patient), [
    'attention: Alexa may also come from https://alexa.amazon.co.jp/api/skill/link/M2ABCDEF345678, which is not among the redirect_uris of amazon-alexa.',
  ])
})

test('none of Alexa is a fault, and so is no client of Alexa', async (t) => {
  const { patient } = patientWith(t, register(['https://example.org/other']))
  t.regex((await look(redirectUris, patient)).join(), /^fault: None of the redirect_uris is one of Alexa/)
  const { patient: without } = patientWith(t, (config) => {
    register(['https://example.org/other'])(config)
    config.oauth.clients[0]!.id = 'google'
  })
  t.regex((await look(redirectUris, without)).join(), /^fault: None of oauth\.clients is Alexa/)
})

test('a vendor id that is a placeholder is a fault, in each of its forms', async (t) => {
  for (const vendor of [
    'XXXXXXXXXXXXXX',
    'MXXXXXXXXXXXXX',
    'M0000000000000',
    'YOURVENDORID',
    'M1234567890ABC',
    'your-id',
  ]) {
    const { patient } = patientWith(t, register(urisOf(vendor)))
    t.regex((await look(redirectUris, patient)).join('\n'), /fault: The vendor id .* is still a placeholder/, vendor)
  }
})

test('the vendor id that gateway.yaml is shipped with is hardly that of another host', async (t) => {
  const { patient } = patientWith(t, register(urisOf('MKXZK47785HJ2'), 'https://home.example.org'))
  t.regex((await look(redirectUris, patient)).join(), /^attention: The vendor id MKXZK47785HJ2 is the one that/)
})

test('several vendor ids are to be kept in mind', async (t) => {
  const mixed = [...urisOf('M2ABCDEF345678'), 'https://layla.amazon.com/api/skill/link/M3OTHER']
  const { patient } = patientWith(t, register(mixed))
  t.deepEqual(await look(redirectUris, patient), [
    'attention: The redirect URIs have 2 vendor ids: M2ABCDEF345678, M3OTHER.',
  ])
})

test('what came last and was refused stands beside what is registered, until it is registered', async (t) => {
  const house = await startTestHouse(t, register(urisOf('M2ABCDEF345678')))
  const came = 'https://layla.amazon.com/api/skill/link/M9NEWVENDOR'
  await openAuthorize(house, { ...ALEXA_REQUEST, redirect_uri: came })
  const [found] = await redirectUris.look(patientIn(house))
  t.is(found?.verdict, 'fault')
  t.true(found?.found.includes(`came with ${came}, and was refused. Registered: ${urisOf('M2ABCDEF345678').join(' ')}`))
  // What a doctor opens itself is no attempt to link, and doesn't come before it.
  const client = patientIn(house).config.oauth.clients[0]!
  await new Browser(house).open(`/alexa/authorize?${authorizationQuery(client)}`)
  t.like(await redirectUris.look(patientIn(house)), [{ verdict: 'fault' }])
  await house.reload((config) => config.oauth.clients[0]!.redirect_uris.push(came))
  t.notRegex((await look(redirectUris, patientIn(house))).join(), /was refused/)
})

test('what somebody else tried, and what was followed by one that was good, is nothing to be told', async (t) => {
  const house = await startTestHouse(t, register(urisOf('M2ABCDEF345678')))
  await openAuthorize(house, { ...ALEXA_REQUEST, redirect_uri: 'https://evil.example/' })
  t.regex((await look(redirectUris, patientIn(house))).join(), /^good/)
  await openAuthorize(house, { ...ALEXA_REQUEST, redirect_uri: 'https://layla.amazon.com/api/skill/link/M9NEWVENDOR' })
  await openAuthorize(house, { ...ALEXA_REQUEST, redirect_uri: urisOf('M2ABCDEF345678')[1]! })
  t.regex((await look(redirectUris, patientIn(house))).join(), /^good/)
})

test('an audit trail that can not be read is said', async (t) => {
  const { patient, folder } = patientWith(t, register(urisOf('M2ABCDEF345678')))
  writeFileSync(join(folder, 'data', 'notes'), '')
  mkdirSync(join(folder, 'data', 'audit.jsonl'))
  t.regex((await look(redirectUris, patient)).join('\n'), /^good: .*\nunseen: What happened lately: .*audit\.jsonl/)
})
