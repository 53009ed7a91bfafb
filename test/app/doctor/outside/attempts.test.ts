import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { ATTEMPTS, judgeAttempts } from '../../../../src/app/doctor/outside/attempts.ts'
import { STATE } from '../../../../src/app/doctor/outside/state.ts'
import { TOKEN_REQUEST } from '../../../../src/app/doctor/outside/token-request.ts'
import type { AuditRecord } from '../../../../src/telemetry/read-audit.ts'
import { traceLinks } from '../../../../src/telemetry/trace-links.ts'
import { alexaCredentials, approve, openAuthorize, postToken } from '../../../support/linking.ts'
import { lookAt, startHealthy } from '../../../support/patient.ts'

const NOON = Date.UTC(2026, 6, 28, 12)
const MINUTE = 60_000

type Step = [event: string, about?: Partial<AuditRecord>]

/** A second apart. */
function recordsOf(steps: Step[]): AuditRecord[] {
  return steps.map(([event, about = {}], i) => {
    const time = new Date(NOON + i * 1000).toISOString()
    return { time, event, client: 'amazon-alexa', attempt: 'a1', scopes: [], line: '', ...about }
  })
}

/** What is said of attempts whose steps came a second apart. @param since the last of them, in milliseconds. */
function told(steps: Step[], since = MINUTE, client: string | undefined = 'amazon-alexa'): string {
  const [one, ...more] = judgeAttempts(traceLinks(recordsOf(steps)), client, NOON + (steps.length - 1) * 1000 + since)
  if (more.length > 0) throw new Error('one attempt is told of')
  return `${one!.verdict}: ${one!.found} ${one!.remedy ?? ''}`
}

const APPROVED: Step[] = [['link_opened'], ['signed_in'], ['consented']]
const refused = (detail: string): Step => ['token_refused', { attempt: undefined, client: undefined, detail }]

test('a page that was opened and a token that was never asked for is one fault, a token that was refused is another', (t) => {
  const never = told(APPROVED)
  t.regex(
    never,
    /^fault: Page shown, approved, no token request: .*certificate isn't trusted.*\(2026-07-28 12:00 UTC\)/,
  )
  t.regex(never, /skillgate trace/)
  const answered = told([...APPROVED, refused('invalid_client: client amazon-alexa sent a wrong secret')])
  t.regex(
    answered,
    /^fault: Token request refused: the client id or the secret is wrong\..* It was answered: invalid_client: client/,
  )
  t.notRegex(answered, /certificate/)
})

test('what works, is under way or was denied is good', (t) => {
  t.regex(
    told([...APPROVED, ['code_redeemed', { grant: 'g' }], ['first_call', { grant: 'g' }]]),
    /^good: Linked, and it works/,
  )
  t.regex(told(APPROVED, 10_000), /^good: Under way/)
  t.regex(told([['link_opened'], ['denied']]), /^good: Page shown, and Deny was chosen/)
})

test('what failed an hour ago may have been mended since, and a wrong password is nobody’s set-up', (t) => {
  t.regex(told(APPROVED, 60 * MINUTE - 1), /^fault/)
  t.regex(told(APPROVED, 60 * MINUTE), /^attention/)
  t.regex(told([['link_opened'], ['sign_in_failed']]), /^attention: Page shown, but the sign-in failed/)
  t.regex(told([['link_opened']], 10 * MINUTE), /^attention: Page shown, nobody signed in/)
})

test("only the last one counts, and only of Alexa's client", (t) => {
  const other = { attempt: 'a2', client: 'other' }
  t.regex(
    told([...APPROVED, ['link_opened', other], ['denied', other]]),
    /^fault: Page shown, approved, no token request/,
  )
  t.regex(
    told([], 0),
    /^attention: No attempt to link has ever reached this gateway\. link in the Alexa app\. If you have tried: the Web Authorization URI/,
  )
})

test('where only other clients have linked, nobody is told that nothing ever came', (t) => {
  t.regex(
    told([['link_opened', { client: 'phone' }]]),
    /^attention: Alexa has never tried to link here, though others have\./,
  )
})

test('one of somebody unknown may be a stranger: it is told, and hides nothing', (t) => {
  const stranger: Step = ['link_refused', { attempt: 'a3', client: undefined, detail: 'unknown client "x"' }]
  t.regex(told([stranger]), /^attention: Page not shown: the request to link was refused\./)
  const verdicts = (steps: Step[]) =>
    judgeAttempts(traceLinks(recordsOf(steps)), 'amazon-alexa', NOON + MINUTE).map(({ verdict }) => verdict)
  t.deepEqual(verdicts([...APPROVED, ['code_redeemed'], ['tokens_refreshed', {}], stranger]), ['good', 'attention'])
  t.deepEqual(verdicts([stranger, ...APPROVED]), ['fault'])
})

test('a page that a doctor opened, and a token that it asked for, are no attempts', async (t) => {
  const { patient } = await startHealthy(t)
  await lookAt(STATE, patient)
  await lookAt(TOKEN_REQUEST, patient)
  t.regex((await lookAt(ATTEMPTS, patient))[0]!.found, /^No attempt to link has ever reached/)
})

test('a doctor who looks while somebody links is not taken for Alexa', async (t) => {
  const { house, patient } = await startHealthy(t)
  await approve(house)
  house.advance(MINUTE)
  await lookAt(TOKEN_REQUEST, patient)
  const [one] = await lookAt(ATTEMPTS, patient)
  t.like(one, { verdict: 'fault' })
  t.regex(one!.found, /^Page shown, approved, no token request/)
})

test('at a gateway: nobody signed in, a token refused, and one that was given', async (t) => {
  const { house, patient } = await startHealthy(t)
  const look = async () => (await lookAt(ATTEMPTS, patient))[0]!
  await openAuthorize(house)
  house.advance(10 * MINUTE)
  t.regex((await look()).found, /^Page shown, nobody signed in/)
  const code = (await approve(house, { state: 'two' })).get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri: 'https://alexa.amazon.co.jp/api/skill/link/X' }
  t.is((await postToken(house, { ...form, ...alexaCredentials(house) })).status, 400)
  const refused = await look()
  t.is(refused.verdict, 'fault')
  t.regex(refused.found, /^Token request refused: it names another redirect URI.* It was answered: invalid_grant/)
})

test('an audit file that may not be read was not looked at', async (t) => {
  const { house, patient } = await startHealthy(t)
  rmSync(join(house.folder, 'data', 'audit.jsonl'), { force: true })
  t.regex((await lookAt(ATTEMPTS, patient))[0]!.found, /^No attempt/)
  const elsewhere = join(house.folder, 'data', 'a-file')
  writeFileSync(elsewhere, '')
  const [one] = await lookAt(ATTEMPTS, { ...patient, config: { ...patient.config, data_dir: elsewhere } })
  t.is(one!.verdict, 'unseen')
})
