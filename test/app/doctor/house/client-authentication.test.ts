import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { dirname, join } from 'node:path'
import test from 'ava'
import { clientAuthentication, judge } from '../../../../src/app/doctor/house/client-authentication.ts'
import { hashSecret } from '../../../../src/secrets/secret.ts'
import { auditFile } from '../../../../src/telemetry/audit-files.ts'
import { makeAmazon } from '../../../support/alexa-signing.ts'
import { startTestHouse } from '../../../support/gateway.ts'
import { startHealthyHouse } from '../../../support/healthy-house.ts'
import { look, patientIn, patientWith } from '../../../support/house-patient.ts'
import { alexaCredentials, postToken } from '../../../support/linking.ts'
import { listenUntilEnd } from '../../../support/listen-until-end.ts'

test('each client with a secret is believed both ways, and a public one is not asked', async (t) => {
  const house = await startTestHouse(t)
  const before = house.events().length
  t.deepEqual(await look(clientAuthentication, patientIn(house)), [
    'good: amazon-alexa is believed with HTTP Basic and with credentials in the request body.',
    'good: other is believed with HTTP Basic and with credentials in the request body.',
  ])
  // It is no attempt to link, and the trail says nothing of it.
  t.is(house.events().length, before)
})

test('where auth_methods allows one way only, that is what the console has to be set to', async (t) => {
  const house = await startTestHouse(t, (config) =>
    Object.assign(config.oauth.clients[0]!, { auth_methods: ['client_secret_post'] }),
  )
  const [found] = await look(clientAuthentication, patientIn(house))
  t.regex(
    found!,
    /^good: amazon-alexa is believed with credentials in the request body, .*choose that in its console\.$/,
  )
})

test('a secret that the running gateway does not know is a fault', async (t) => {
  const house = await startTestHouse(t)
  writeFileSync(join(house.folder, 'data', 'alexa.secret'), 'another one, that nobody knows', { mode: 0o600 })
  const [found, other] = await clientAuthentication.look(patientIn(house))
  t.is(found?.verdict, 'fault')
  t.is(
    found?.found,
    'amazon-alexa is not believed with the secret that the configuration names. HTTP Basic: 401 invalid_client; credentials in the request body: 401 invalid_client.',
  )
  t.regex(found?.remedy ?? '', /^npx skillgate reload, .* {2}npx skillgate client secret amazon-alexa --renew$/)
  t.is(other?.verdict, 'good')
})

test('that Alexa came in a way that is not allowed is a fault, until it got tokens or may come so', async (t) => {
  const house = await startTestHouse(t, (config) =>
    Object.assign(config.oauth.clients[0]!, { auth_methods: ['client_secret_basic'] }),
  )
  const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://example.org/' }
  await postToken(house, { ...form, ...alexaCredentials(house) })
  const found = (await look(clientAuthentication, patientIn(house))).join('\n')
  t.regex(found, /fault: The latest request for tokens \(\S+\) came with credentials in the request body, which/)
  // What the doctor itself has asked for doesn't stand before it.
  t.is((await look(clientAuthentication, patientIn(house))).join('\n'), found)
  await house.reload((config) => Object.assign(config.oauth.clients[0]!, { auth_methods: undefined }))
  t.notRegex((await look(clientAuthentication, patientIn(house))).join('\n'), /fault/)
})

test('what only the hash is kept of, and what is not made yet, can not be tried', async (t) => {
  const { patient } = patientWith(t, (config) => {
    Object.assign(config.oauth.clients[0]!, { secret: { hash: hashSecret('what somebody else has') } })
  })
  t.deepEqual(await look(clientAuthentication, patient), [
    'attention: Of the secret of amazon-alexa only the hash is kept, so that nobody can try it here, and it has not come with the right one yet.',
    'unseen: The secret of other is not made yet.',
  ])
  t.false(existsSync(join(patient.config.data_dir, 'other.secret')))
  const issued = { time: new Date().toISOString(), event: 'tokens_issued', client: 'amazon-alexa', scopes: [] }
  mkdirSync(dirname(auditFile(patient.config.data_dir)), { recursive: true })
  appendFileSync(auditFile(patient.config.data_dir), `${JSON.stringify(issued)}\n`)
  t.regex(
    (await look(clientAuthentication, patient))[0]!,
    /^good: .* only the hash is kept.*; it was believed last at /,
  )
})

test('that nobody answers is unseen, and no fault of the clients', async (t) => {
  const house = await startTestHouse(t)
  const patient = patientIn(house)
  await house.gateway.close()
  const [found] = await clientAuthentication.look(patient)
  t.is(found?.verdict, 'unseen')
  t.regex(found?.remedy ?? '', /npx skillgate start/)
})

test("an answer that is not the gateway's, such as the page of a bot filter, is a fault", async (t) => {
  const { signer, root, chain } = makeAmazon({ names: ['dev.jasonhollis.com'] })
  const key = signer.key.export({ type: 'pkcs8', format: 'pem' })
  const filter = createServer({ cert: chain, key }, (_, response) => {
    response.writeHead(403, { 'Content-Type': 'text/html' }).end('<p>Are you a person?</p>')
  })
  const port = await listenUntilEnd(t, filter)
  const { patient, folder } = patientWith(t, () => {})
  writeFileSync(join(folder, 'data', 'alexa.secret'), 'a secret for a filter, not noted', { mode: 0o600 })
  const ways = { ...patient.ways, connectTo: { host: '127.0.0.1', port }, roots: [root.pem] }
  const [found] = await look(clientAuthentication, { ...patient, ways })
  t.is(
    found,
    "fault: amazon-alexa gets an answer that is none of the gateway's. HTTP Basic: 403; credentials in the request body: 403.",
  )
})

test('a certificate that nobody trusts is no reason to say that nobody is there', async (t) => {
  const house = await startHealthyHouse(t)
  const [found] = await clientAuthentication.look(patientIn({ ...house, ca: makeAmazon().signer.pem }))
  t.is(found?.verdict, 'unseen')
  t.regex(found?.found ?? '', /could not be asked: .*certificate/)
  t.is(found?.remedy, undefined)
})

test('a page with status 200 is not taken for being believed', (t) => {
  const client = { id: 'x', auth_methods: ['client_secret_post'] } as Parameters<typeof judge>[0]
  const page = { status: 200, headers: {}, text: '<p>Checking your browser</p>', tookMs: 0 }
  t.is(judge(client, new Map([['client_secret_post', page]])).verdict, 'fault')
  t.is(judge(client, new Map([['client_secret_post', { ...page, text: '{}' }]])).verdict, 'good')
})
