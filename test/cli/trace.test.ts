import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { authorizationQuery } from '../../src/app/doctor/outside/authorization-query.ts'
import { loadConfig } from '../../src/config/load.ts'
import { linkAttempt } from '../../src/oauth/link-attempt.ts'
import { type AuditEvent, type AuditEventName, openAudit } from '../../src/telemetry/audit.ts'
import { DOCTORS_CLIENT } from '../../src/telemetry/doctors-client.ts'
import { openTerminal } from '../support/terminal.ts'

const NOON = Date.UTC(2026, 6, 28, 12)
const SECOND = 1000
const HOUR = 3600 * SECOND

type Step = AuditEventName | [AuditEventName, Partial<AuditEvent>]

/** A terminal beside an audit file in which an attempt left these steps, a second one after the other. */
async function open(t: ExecutionContext, steps: Step[], { since = HOUR, client = 'amazon-alexa' } = {}) {
  const { folder, type, world } = await openTerminal(t)
  let at = NOON
  const audit = openAudit(join(folder, 'data', 'audit.jsonl'), { now: () => at }, (error) => t.fail(error.message))
  for (const step of steps) {
    const [event, about] = typeof step === 'string' ? [step, {}] : step
    audit({ event, address: '192.0.2.7', client, attempt: 'a1', ...about })
    at += SECOND
  }
  world.now = () => at - SECOND + since
  return { trace: (options = {}) => type('trace', options), audit }
}

/** What `=>` says, and the line under it. */
async function verdict(t: ExecutionContext, steps: Step[], options = {}): Promise<string[]> {
  const lines = await (await open(t, steps, options)).trace()
  const at = lines.findIndex((line) => line.startsWith('  => '))
  return [lines[at]!.slice(5), lines[at + 1]!.trim()]
}

const OF_GRANT = { attempt: undefined, client: undefined, grant: 'u.1' }
const OPENED: Step[] = ['link_opened']
const APPROVED: Step[] = [...OPENED, ['signed_in', { user: 'ada' }], ['consented', { user: 'ada' }]]
const REDEEMED: Step[] = [...APPROVED, ['code_redeemed', { user: 'ada', grant: 'u.1' }]]
const LINKED: Step[] = [...REDEEMED, ['first_call', OF_GRANT]]

test('a link that works is told step by step, with its times', async (t) => {
  const { trace } = await open(t, LINKED)
  const time = (second: number) => new Date(NOON + second * SECOND).toLocaleString('sv-SE')
  t.deepEqual(await trace(), [
    'amazon-alexa for ada',
    `  ${time(0)}  page to link opened  from 192.0.2.7`,
    `  ${time(1)}  signed in  from 192.0.2.7`,
    `  ${time(2)}  consented  from 192.0.2.7`,
    `  ${time(3)}  code redeemed  from 192.0.2.7  grant u.1`,
    `  ${time(4)}  first call  from 192.0.2.7`,
    '  => Linked, and it works.',
    '',
  ])
})

test('57. what was left out is counted: refreshes by the link, steps of other attempts below', async (t) => {
  const more: Step = ['tokens_refreshed', { ...OF_GRANT, more: 68_999 }]
  const refreshed: Step = ['tokens_refreshed', OF_GRANT]
  t.is(
    (await verdict(t, [...LINKED, refreshed, more]))[0],
    'Linked, and it works; its tokens were refreshed 69000 times.',
  )
  const leftOut: Step[] = ['link_opened', 'link_refused', 'token_refused'].map((event) => [
    event as AuditEventName,
    { attempt: undefined, more: 4 },
  ])
  const lines = await (await open(t, [...LINKED, ...leftOut])).trace()
  t.is(lines.filter((line) => line.startsWith('  => ')).length, 1, 'they are no attempts')
  t.deepEqual(lines.slice(-2), [
    '12 more steps of attempts to link were not written down, for too many came within ten minutes.',
    'If these were yours: wait ten minutes, and try once. "skillgate audit" has from where they came.',
  ])
})

test('of refreshes it is told how many there were', async (t) => {
  const refreshed: Step = ['tokens_refreshed', OF_GRANT]
  t.is((await verdict(t, [...LINKED, refreshed]))[0], 'Linked, and it works; its tokens were refreshed once.')
  t.is(
    (await verdict(t, [...LINKED, refreshed, refreshed]))[0],
    'Linked, and it works; its tokens were refreshed 2 times.',
  )
})

test('one: where nothing ever arrived, the way to the gateway is what to look at', async (t) => {
  const { trace } = await open(t, [['started', { attempt: undefined }]])
  const [words, todo] = await trace()
  t.is(words, 'No attempt to link has ever reached this gateway.')
  t.regex(todo!, /Web Authorization URI .* port 443/)
  t.deepEqual(await trace({ json: true }), [])
})

test('two: a page that was not shown tells a wrong redirect URI from a wrong client id', async (t) => {
  const refused = (detail: string) => verdict(t, [['link_refused', { attempt: undefined, detail }]])
  const [words, redirect] = await refused(
    'invalid_request: client amazon-alexa asked for "https://x.example/", registered are https://y.example/',
  )
  t.is(words, 'Page not shown: the request to link was refused.')
  t.is(redirect, "Put the redirect URI that the Alexa console shows into the client's redirect_uris in gateway.yaml.")
  const [, id] = await refused('invalid_client: unknown client "alexa"')
  t.is(id, 'The client id in the Alexa console has to be one that gateway.yaml has.')
  const [, scope] = await refused('invalid_scope: music.all')
  const [, other] = await refused('unsupported_response_type: token for client amazon-alexa')
  t.is(other, 'Compare what it sent, above, with the Alexa console.')
  t.is(scope, 'The scopes in the Alexa console have to be among those of the client in gateway.yaml.')
})

test('two: of an app with a document, one that may not come is told from one that says what is wrong, and from one that is not there', async (t) => {
  const client = 'https://apps.example.org/chat'
  const todo = async (detail: string) =>
    (await verdict(t, [['link_refused', { attempt: undefined, client, detail }]]))[1]
  const allow = /^If you know the app: allow the host of its client_id in oauth\.client_metadata_documents/
  t.regex((await todo('invalid_request: apps.example.org is not in domains'))!, allow)
  const off = `invalid_request: unknown client "${client}": oauth.client_metadata_documents lets none come from there`
  t.regex((await todo(off))!, allow)
  const asked = `client ${client} asked for "https://x.example/", its document has https://apps.example.org/back`
  for (const wrong of ['invalid_client_metadata: apps.example.org: no object', `invalid_request: ${asked}`])
    t.regex((await todo(wrong))!, /only whoever makes it can mend that/)
  t.regex((await todo('invalid_request: apps.example.org has no address'))!, /^Its document could not be read\./)
})

test('three: a page at which nobody signed in is told so after five minutes', async (t) => {
  t.is((await verdict(t, OPENED))[0], 'Page shown, nobody signed in.')
  const minutes = 5 * 60 * SECOND
  t.is((await verdict(t, OPENED, { since: minutes }))[0], 'Page shown, nobody signed in.')
  t.is((await verdict(t, OPENED, { since: minutes - 1 }))[0], 'Under way: the next step may still come.')
})

test('four: a wrong password, a lock-out, a missing second factor and no decision are told apart', async (t) => {
  const failed: Step = ['sign_in_failed', { user: 'ada', detail: 'wrong password' }]
  const cases: [Step[], RegExp, RegExp][] = [
    [[...OPENED, failed], /^Page shown, but the sign-in failed/, /user password NAME/],
    [[...OPENED, failed, 'locked_out'], /too many failures/, /^Wait ten minutes/],
    [[...OPENED, 'second_factor_asked'], /code never came/, /user recovery NAME/],
    [[...OPENED, 'second_factor_asked', failed], /^Page shown, but the sign-in failed/, /./],
    [[...OPENED, failed, 'signed_in'], /neither approved nor denied/, /choose Approve/],
    [[...OPENED, 'link_refused'], /not taken/, /Cookies are switched off/],
  ]
  for (const [steps, words, todo] of cases) {
    const told = await verdict(t, steps)
    t.regex(told[0]!, words)
    t.regex(told[1]!, todo)
  }
})

test('five: who denied is told so', async (t) => {
  t.is((await verdict(t, [...OPENED, 'signed_in', 'denied']))[0], 'Page shown, and Deny was chosen.')
})

test('six: an approval after which no token request came means the Access Token URI or the certificate', async (t) => {
  const [words, todo] = await verdict(t, APPROVED, { since: 30 * SECOND })
  t.is(
    words,
    "Page shown, approved, no token request: the Access Token URI in the Alexa console is wrong, or the certificate isn't trusted.",
  )
  t.regex(todo!, /^Compare the Access Token URI .* whole chain, on port 443/)
  const underWay = await verdict(t, APPROVED, { since: 30 * SECOND - 1 })
  t.is(underWay[0], 'Under way: the next step may still come.')
  const other = await verdict(t, APPROVED, { client: 'phone' })
  t.regex(other[0]!, /Access Token URI in the settings of phone/)
})

test('seven: a token request that was refused tells the secret, the redirect URI, PKCE and the code apart', async (t) => {
  const cases: [string, RegExp, RegExp][] = [
    ['invalid_client: client amazon-alexa used client_secret_basic', /may not use\.$/, /HTTP Basic/],
    ['invalid_client: wrong secret for client amazon-alexa', /the secret is wrong\.$/, /client secret ID/],
    [
      'invalid_grant: code issued for https://a.example/, sent for another redirect URI',
      /another redirect URI/,
      /both times/,
    ],
    ['invalid_grant: verifier wrong', /PKCE verifier is wrong/, /PKCE/],
    ['invalid_grant: code unknown or expired', /the code is unknown, expired or used\.$/, /clock/],
    ['invalid_grant: refresh token unknown or expired', /the refresh token is unknown/, /skillgate\.key/],
    ['unsupported_grant_type: password', /see above/, /^Compare what it sent/],
  ]
  for (const [detail, words, todo] of cases) {
    const told = await verdict(t, [...APPROVED, ['token_refused', { attempt: undefined, client: undefined, detail }]])
    t.regex(told[0]!, words, detail)
    t.regex(told[1]!, todo, detail)
  }
})

test('a link that is never used, one whose code was used twice, and one that was ended are told', async (t) => {
  t.is((await verdict(t, REDEEMED))[0], 'Linked, but never a call.')
  t.is((await verdict(t, REDEEMED, { since: 10 * 60 * SECOND }))[0], 'Linked, but never a call.')
  t.regex((await verdict(t, REDEEMED, { since: 10 * 60 * SECOND - 1 }))[0]!, /^Under way/)
  t.regex((await verdict(t, [...REDEEMED, ['code_reused', { grant: 'u.1' }]]))[0]!, /used a second time/)
  t.is((await verdict(t, [...LINKED, ['revoked', OF_GRANT]]))[0], 'Was linked, and has been ended.')
})

test('the latest five attempts are told, or as many as asked for, the oldest first', async (t) => {
  const steps = Array.from({ length: 7 }, (_, i): Step => ['link_opened', { attempt: `a${i}`, client: `c${i}` }])
  const { trace } = await open(t, steps)
  const heads = (lines: string[]) => lines.filter((line) => /^c\d/.test(line))
  t.deepEqual(heads(await trace()), ['c2', 'c3', 'c4', 'c5', 'c6'])
  t.deepEqual(heads(await trace({ last: '1' })), ['c6'])
  t.is(heads(await trace({ last: '100' })).length, 7)
  await t.throwsAsync(trace({ last: '0' }), { message: '--last takes a whole number, at least 1.' })
})

test('a program gets an object an attempt, and nothing that anybody sent gives orders to a terminal', async (t) => {
  const { trace } = await open(t, [...OPENED, ['link_refused', { detail: 'invalid_request: \x1b[2J\u202e' }]])
  const [line, ...more] = await trace({ json: true })
  t.deepEqual(more, [])
  t.regex(line!, /^[\x20-\x7e]+$/)
  const { steps, verdict, words, todo, ...about } = JSON.parse(line!)
  t.deepEqual(about, { attempt: 'a1', client: 'amazon-alexa', refreshes: 0 })
  t.deepEqual(steps[0], { time: new Date(NOON).toISOString(), event: 'link_opened', address: '192.0.2.7' })
  t.is(verdict, 'form refused')
  t.true(words.length > 0 && todo.length > 0)
  t.notRegex((await trace()).join(''), /[\p{Cc}\p{Cf}]/u)
})

test('what a doctor opened and asked for is no attempt to link', async (t) => {
  const { world } = await openTerminal(t)
  const client = loadConfig(world.configFile, {}).oauth.clients[0]!
  const opened = [false, true].map((silent) => linkAttempt(authorizationQuery(client, silent)))
  const doctors: Step[] = [
    ...opened.map((attempt): Step => ['link_opened', { attempt }]),
    ['token_refused', { attempt: undefined, client: DOCTORS_CLIENT, detail: 'invalid_client' }],
  ]
  const { trace } = await open(t, [...APPROVED, ...doctors])
  const lines = await trace()
  t.is(lines.filter((line) => line.startsWith('  => ')).length, 1)
  t.regex(lines.join('\n'), /=> Page shown, approved, no token request/)
})
