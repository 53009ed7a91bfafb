import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { endpointCertificate } from '../../src/alexa/console/endpoint-certificate.ts'
import { runCommand } from '../../src/cli/commands.ts'
import { makeAmazon } from '../support/alexa-signing.ts'
import { DIRECTIVES, sendDirective, startDirectiveHouse } from '../support/directives.ts'
import { temporaryFolder } from '../support/environment.ts'
import { JAPAN, restart, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { alexaCredentials, approve, callApi, exchange, link, openAuthorize, refresh } from '../support/linking.ts'
import { AMAZON_AGENT, codeForm, linkAsAmazon, postAsAmazon } from '../support/post-as-amazon.ts'
import { SKILL_ID } from '../support/skill.ts'
import { openTerminal } from '../support/terminal.ts'
import { issueToken } from '../support/tokens.ts'

// Rows that have their tests elsewhere: a private address in DNS (flows/trace.test.ts, "before anything has come"), a slow token
// (flows/token-without-music-assistant.test.ts), a clock that is off (flows/clock.test.ts, flows/directives.test.ts), a bad or
// expired certificate (certificates/files).

/** What `skillgate trace` prints of the last attempt, by the clock of the house. */
async function trace(house: TestHouse): Promise<string> {
  const lines: string[] = []
  const { configFile, now, randomBytes } = house
  const world = {
    ...{ configFile, now, randomBytes, variables: {} },
    print: (line: string) => lines.push(line),
    askPassword: () => Promise.reject(new Error('nobody is asked')),
    untilStopped: () => Promise.resolve(),
    onHangup: () => {},
  }
  await runCommand(world, { last: '1' }, ['trace'])
  return lines.join('\n')
}

test.serial('port other than 443: check and the console say that Alexa calls no other', async (t) => {
  const { type } = await openSkillTerminal(t, 'https://dev.jasonhollis.com:8443')
  t.regex(
    (await type('check')).join('\n'),
    /fault {6}Port: public_url is \S+, with the port\s+8443\.\n +needed: port 443:/,
  )
  t.regex((await type('alexa console')).join('\n'), /Alexa calls port 443 only/)
  const { type: usual } = await openSkillTerminal(t, 'https://dev.jasonhollis.com')
  t.notRegex((await usual('check')).join('\n'), /with the port\s+8443/)
})

function openSkillTerminal(t: ExecutionContext, publicUrl: string) {
  return openTerminal(t, (config) => {
    config.public_url = publicUrl
    Object.assign(config.upstreams, { 'music-assistant': { url: 'http://127.0.0.1:1', kind: 'music-assistant' } })
    Object.assign(config, { alexa: { skill: { ids: [SKILL_ID], upstream: 'music-assistant' } } })
  })
}

test.serial(
  'bad, expired or incomplete chain: the whole chain is sent, so that who fetches no intermediates links',
  async (t) => {
    const { signer, root, chain } = makeAmazon({ names: ['dev.jasonhollis.com', 'localhost'] })
    const folder = temporaryFolder(t)
    const [certificate, key] = [join(folder, 'chain.pem'), join(folder, 'key.pem')]
    writeFileSync(certificate, chain)
    writeFileSync(key, signer.key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    const house = await startTestHouse(t, (config) => {
      config.tls = { source: 'files', certificate, key }
    })
    t.deepEqual(await linkAsAmazon({ ...house, ca: root.pem }, {}), [200, 200])
  },
)

test.serial(
  'minimum TLS 1.3, no CBC: a client that has only TLS 1.2, or of that only ECDHE-RSA with CBC, links',
  async (t) => {
    const house = await startTestHouse(t)
    t.deepEqual(await linkAsAmazon(house, { maxVersion: 'TLSv1.2' }), [200, 200])
    for (const ciphers of ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES256-SHA', 'ECDHE-RSA-AES128-SHA256'])
      t.deepEqual(await linkAsAmazon(house, { maxVersion: 'TLSv1.2', ciphers }), [200, 200], ciphers)
    t.deepEqual(await linkAsAmazon(house, { minVersion: 'TLSv1.3' }), [200, 200])
  },
)

test.serial(
  "console's certificate type wrong (Trusted, Wildcard): it is derived from the SAN, and printed",
  async (t) => {
    const host = 'dev.jasonhollis.com'
    t.is(endpointCertificate({ names: [host] }, host), 'Trusted')
    t.is(endpointCertificate({ names: ['*.jasonhollis.com'] }, host), 'Wildcard')
    const { type } = await openSkillTerminal(t, `https://${host}`)
    t.regex(
      (await type('alexa console')).join('\n'),
      /SSL certificate type {2,}none of them works: its certificate is from the local CA/,
    )
  },
)

test.serial(
  "a bot filter in front: a token request with Amazon's user agent is answered like any other, in JSON",
  async (t) => {
    const house = await startTestHouse(t)
    t.deepEqual(await linkAsAmazon(house, {}), [200, 200])
    for (const agent of [AMAZON_AGENT, 'Mozilla/5.0', 'curl/8.0', '']) {
      const form = codeForm('unknown', alexaCredentials(house))
      const { status, headers: got, text } = await postAsAmazon(house, form, { headers: { 'user-agent': agent } })
      t.deepEqual([status, got['content-type']], [400, 'application/json'], agent)
      t.is(JSON.parse(text).error, 'invalid_grant')
    }
  },
)

test.serial('redirect URI mismatch: the log and trace tell what came, and what is registered', async (t) => {
  const house = await startTestHouse(t)
  const came = 'https://layla.amazon.com/api/skill/link/ANOTHERVENDOR'
  const page = await openAuthorize(house, { redirect_uri: came })
  t.is(page.status, 400)
  t.is(page.location, '', 'nobody is sent there')
  for (const told of [await house.logged(came), await trace(house)]) {
    t.true(told.includes(came), told)
    t.true(told.includes(JAPAN), told)
  }
})

test.serial(
  'state lost: a hostile state comes back as it was sent, beside the code that is then redeemed',
  async (t) => {
    const house = await startTestHouse(t)
    for (const state of [
      '%20+%2B&=#?',
      '"><script>',
      'Zürich 東京 🎵',
      'a&code=evil',
      randomBytes(400).toString('base64'),
    ]) {
      const answer = await approve(house, { state })
      t.is(answer.get('state'), state)
      t.is((await exchange(house, answer.get('code'))).status, 200)
    }
  },
)

test.serial(
  'a proxy in front drops POST bodies: this one passes them on byte for byte, however they are sent',
  async (t) => {
    const house = await startTestHouse(t)
    const token = await issueToken(house)
    const body = `${JSON.stringify({ said: 'spiel Büro 東京 🎵', more: randomBytes(50_000).toString('base64') })}\r\n `
    const digest = createHash('sha256').update(body).digest('hex')
    for (const chunked of [false, true]) {
      const length: Record<string, string> = chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const headers = { authorization: `Bearer ${token}`, ...length }
      const { status } = await postAsAmazon(house, body, { path: '/any/skill', headers })
      t.is(status, 404, 'of Music Assistant, which has no such path')
      const seen = house.music.requests.findLast(({ url }) => url === '/any/skill')
      t.is(createHash('sha256').update(String(seen?.body)).digest('hex'), digest, chunked ? 'chunked' : 'with a length')
    }
  },
)

test.serial(
  'wrong client authentication scheme: Basic and body both link, and a wrong secret by either is told as that',
  async (t) => {
    const house = await startTestHouse(t)
    const basic = (secret: string) => ({
      authorization: `Basic ${Buffer.from(`amazon-alexa:${secret}`).toString('base64')}`,
    })
    const inBasic = await postAsAmazon(house, codeForm((await approve(house)).get('code')), {
      headers: basic(house.secrets.alexa),
    })
    t.is(inBasic.status, 200)
    t.deepEqual(await linkAsAmazon(house, {}), [200, 200])
    const wrong = await postAsAmazon(house, codeForm('x'), { headers: basic('wrong') })
    t.deepEqual([wrong.status, JSON.parse(wrong.text).error], [401, 'invalid_client'])
    const inBody = await postAsAmazon(house, codeForm('x', { client_id: 'amazon-alexa', client_secret: 'wrong' }))
    t.deepEqual([inBody.status, JSON.parse(inBody.text).error], [401, 'invalid_client'])
  },
)

test.serial(
  'AcceptGrant unanswered: it is answered with 200 by the gateway, also while nothing stands behind it',
  async (t) => {
    const house = await startDirectiveHouse(t, (_, response) => response.destroy())
    const { status, body } = await sendDirective(house, DIRECTIVES['accept grant'](await issueToken(house)))
    t.is(status, 200)
    t.is(JSON.parse(body).event.header.name, 'AcceptGrant.Response')
  },
)

test.serial('tokens lost at restart: an access token and a refresh token survive one', async (t) => {
  const house = await startTestHouse(t)
  const tokens = await link(house)
  const again = await restart(t, house)
  t.is((await callApi(again, tokens.access)).status, 200)
  t.is((await refresh(again, tokens.refresh)).status, 200)
})

test.serial(
  '"authorize seen, token never seen" and "token seen, answered X" are different faults, and trace tells which',
  async (t) => {
    const house = await startTestHouse(t)
    const code = (await approve(house)).get('code')
    house.advance(60_000)
    t.regex(await trace(house), /approved, no token request: the Access Token URI .* or the certificate isn't trusted/)
    t.is((await exchange(house, code, { client_secret: 'wrong' })).status, 401)
    t.regex(await trace(house), /invalid_client.*\n {2}=> Token request refused: the client id or the secret is wrong/)
  },
)
